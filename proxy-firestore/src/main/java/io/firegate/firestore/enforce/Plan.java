package io.firegate.firestore.enforce;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.firegate.firestore.fields.NamedField;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.Edit;
import io.firegate.policy.Decision;
import io.firegate.policy.Obligations;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.RowPredicate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a request is carried out once it is permitted. Made by the reader of the request, asked when the verdict is known. */
@FunctionalInterface
interface Plan {
    /** The bytes go on as they came, and so does the answer. */
    Plan AS_IT_STANDS = verdict -> Step.AS_IT_STANDS;

    Step carryOut(Verdict verdict);

    /** Why it is refused whatever documents that are looked up hold; null when it is not. */
    default @Nullable Step refusedAnyway(Verdict verdict) {
        return null;
    }

    /** What comes of it. */
    sealed interface Step {
        Step AS_IT_STANDS = new Forward(List.of(), AnswerExaminer.UNTOUCHED);

        /**
         * The request is forwarded.
         *
         * @param edits what changes in its bytes, in their order
         * @param answers what each message of the answer must pass
         */
        record Forward(List<Edit> edits, AnswerExaminer answers) implements Onward {
            @Override
            public <M extends MessageLite> M message(RequestMessage request, Parser<M> parser) {
                return request.edited(edits, parser);
            }

            @Override
            public Onward seenFirstBy(AnswerExaminer first) {
                return new Forward(edits, first.then(answers));
            }

            @Override
            public Onward seenLastBy(AnswerExaminer last) {
                return new Forward(edits, answers.then(last));
            }
        }

        /**
         * Another message is forwarded in place of the request.
         *
         * @param method the RPC it is for
         */
        record Instead(FirestoreMethod method, MessageLite message, AnswerExaminer answers) implements Onward {
            @Override
            public <M extends MessageLite> M message(RequestMessage request, Parser<M> parser) {
                return RequestMessage.parsed(message.toByteArray(), 0, parser);
            }

            @Override
            public Onward seenFirstBy(AnswerExaminer first) {
                return new Instead(method, message, first.then(answers));
            }

            @Override
            public Onward seenLastBy(AnswerExaminer last) {
                return new Instead(method, message, answers.then(last));
            }
        }

        /** Something is forwarded. */
        sealed interface Onward extends Step {
            /** What each message of the answer must pass. */
            AnswerExaminer answers();

            /** The same with another examiner before those it has. */
            Onward seenFirstBy(AnswerExaminer first);

            /** The same with another examiner behind those it has. */
            Onward seenLastBy(AnswerExaminer last);

            /** What is forwarded, for whoever changes it further. */
            <M extends MessageLite> M message(RequestMessage request, Parser<M> parser);
        }

        /** Nothing is forwarded: the answer is known. */
        record Answer(ByteString message) implements Step {}

        /** A handle in it turned out not to be one. */
        record Refuse(Reading.Unreadable because) implements Step {}

        /**
         * What the permit demands cannot be met for this form of request.
         *
         * @param detail a public phrase that says why, and tells nothing about stored data
         */
        record Unenforceable(String detail) implements Step {}

        /**
         * The request names a field that does not exist for its caller.
         *
         * @param under the grant that hides it
         */
        record HiddenField(Decision.Grant under, NamedField field) implements Step {}
    }

    /**
     * A permit, and whose it is.
     *
     * @param permit with one grant per access, and one per document of the answer that may be shown
     * @param shown the paths of the documents that may be read
     * @param whole those that may be read whatever they hold, and all of it
     * @param caller whose request it is
     * @param looked what was looked up for it; null when nothing was
     */
    record Verdict(
            Decision.Permit permit,
            Set<String> shown,
            Set<String> whole,
            Caller caller,
            @Nullable Looked looked) {
        static Verdict of(Decision.Permit permit, Caller caller) {
            return of(permit, caller, null);
        }

        static Verdict of(Decision.Permit permit, Caller caller, @Nullable Looked looked) {
            Set<String> shown = new HashSet<>();
            Set<String> whole = new HashSet<>();
            for (Decision.Grant grant : permit.grants()) {
                if (grant.access().operation() == Operation.GET) {
                    String path = grant.access().resource().toString();
                    shown.add(path);
                    if (grant.obligations().equals(Obligations.NONE)) {
                        whole.add(path);
                    }
                }
            }
            return new Verdict(permit, shown, whole, caller, looked);
        }

        /** Whether all that is stored under a path may be shown. */
        boolean shows(ResourcePath path) {
            return whole.contains(path.toString());
        }

        /** The tier that serves the only access; null when the request has none. */
        @Nullable
        String tier() {
            return permit.grants().isEmpty() ? null : permit.grants().get(0).tier();
        }

        /** What the only access of the request touches. */
        Resource resource() {
            return permit.grants().get(0).access().resource();
        }

        /** What documents must meet, by the access that reaches them, as text; not in it is who need meet nothing. */
        Map<String, RowPredicate> rows() {
            Map<String, RowPredicate> rows = null;
            for (Decision.Grant grant : permit.grants()) {
                switch (grant.obligations().rows()) {
                    case Obligations.RowFilter.AllRows.INSTANCE -> {}
                    case Obligations.RowFilter.Rows(var predicate) -> {
                        rows = rows == null ? new HashMap<>() : rows;
                        rows.put(grant.access().resource().toString(), predicate);
                    }
                }
            }
            return rows == null ? Map.of() : rows;
        }

        /** What may be seen of documents, by the access that reaches them, as text; not in it is what may be seen whole. */
        Map<String, VisibleFields> fields() {
            Map<String, VisibleFields> fields = new HashMap<>();
            // Grants of one rule share one, however many documents a request names.
            Map<Obligations.FieldMask, VisibleFields> byMask = new HashMap<>();
            for (Decision.Grant grant : permit.grants()) {
                VisibleFields visible =
                        byMask.computeIfAbsent(grant.obligations().fields(), VisibleFields::of);
                if (!visible.all()) {
                    fields.put(grant.access().resource().toString(), visible);
                }
            }
            return fields;
        }

        /**
         * What the permit demands, as a text that differs when it differs: for hashing, it holds values of conditions. What is looked up is not in it, only that it is: each page of a
         * listing is narrowed by what is found then.
         */
        String obligations() {
            StringBuilder text = new StringBuilder();
            for (Decision.Grant grant : (looked == null ? permit : looked.before()).grants()) {
                text.append(grant.obligations().distinctText()).append('\n');
            }
            return text.toString();
        }
    }
}
