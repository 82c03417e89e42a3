package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.Document;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rows.Projection;
import io.firegate.firestore.rows.StoredDocument;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.RowPredicate;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Documents read together, each under a condition of its own or none: those that do not meet theirs are missing. */
final class FilteredBatchGet extends RowFiltered {
    private final String root;

    FilteredBatchGet(Plan inner, RequestMessage request, DatabaseName database) {
        super(inner, request);
        this.root = database.resourceName() + "/documents";
    }

    @Override
    Step filter(Step.Onward onward, Verdict verdict, Map<String, RowPredicate> rows) {
        BatchGetDocumentsRequest asked = onward.message(request(), BatchGetDocumentsRequest.parser());
        if (!asked.hasMask()) {
            return onward.seenFirstBy(new Examiner(verdict, rows, null));
        }
        if (Projection.isTooLong(asked.getMask().getFieldPathsCount())) {
            return new Step.Refuse(new Reading.Unreadable(RequestProblem.TOO_MANY_PATHS, "mask"));
        }
        Projection shown = Projection.of(asked.getMask().getFieldPathsList());
        if (shown == null) {
            return new Step.Refuse(new Reading.Unreadable(RequestProblem.BAD_FIELD_PATH, "mask"));
        }
        Set<FieldPath> needed = new LinkedHashSet<>();
        rows.values().forEach(condition -> needed.addAll(condition.fields()));
        if (shown.holds(needed)) {
            return onward.seenFirstBy(new Examiner(verdict, rows, null));
        }
        return new Step.Instead(
                FirestoreMethod.BATCH_GET_DOCUMENTS,
                asked.toBuilder().setMask(shown.mask(needed)).build(),
                new Examiner(verdict, rows, shown).then(onward.answers()));
    }

    private final class Examiner extends MessageExaminer<BatchGetDocumentsResponse> {
        private final Verdict verdict;
        private final Map<String, RowPredicate> rows;
        private final @Nullable Projection cut;

        Examiner(Verdict verdict, Map<String, RowPredicate> rows, @Nullable Projection cut) {
            super(BatchGetDocumentsResponse.parser());
            this.verdict = verdict;
            this.rows = rows;
            this.cut = cut;
        }

        @Override
        Judged<BatchGetDocumentsResponse> judge(BatchGetDocumentsResponse answer) {
            if (!answer.hasFound()) {
                return new Judged.AsItCame<>();
            }
            Document document = answer.getFound();
            String path =
                    document.getName().startsWith(root) ? document.getName().substring(root.length()) : "";
            if (!verdict.shown().contains(path)) {
                return new Judged.Kept<>(Examined.NotAnAnswer.INSTANCE);
            }
            RowPredicate condition = rows.get(path);
            if (condition != null && !condition.permits(new StoredDocument(document))) {
                return new Judged.Changed<>(
                        answer.toBuilder().setMissing(document.getName()).build());
            }
            return cut == null
                    ? new Judged.AsItCame<>()
                    : new Judged.Changed<>(
                            answer.toBuilder().setFound(cut.strip(document)).build());
        }

        @Override
        public @Nullable AnswerEnd end(int status, String text) {
            return AnswerEnd.withoutWords(status, text);
        }
    }
}
