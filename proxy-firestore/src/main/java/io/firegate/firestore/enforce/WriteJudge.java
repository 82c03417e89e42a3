package io.firegate.firestore.enforce;

import com.google.firestore.v1.Precondition;
import com.google.firestore.v1.Write;
import io.firegate.firestore.fields.ClientWrite;
import io.firegate.firestore.fields.FieldVerdict;
import io.firegate.firestore.fields.FieldWrites;
import io.firegate.firestore.guard.SimulatedDocument;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Obligations;
import io.firegate.policy.Operation;
import io.firegate.policy.check.CheckBudget;
import io.firegate.policy.check.Image;
import io.firegate.policy.condition.FieldPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges the writes of one request in their order on the documents as they are stored, and carries each out here before the next.
 *
 * <p>To its writer a document outside the rows of the rule does not exist: its own conditions see it as missing, and only that
 * something is in the way of a create cannot be hidden.
 */
final class WriteJudge {
    private final Map<String, SimulatedDocument> documents;
    /** By a text, because a hash set orders those when their hashes are chosen to collide; grants have no order. */
    private final Map<String, Decision.Grant> used = new LinkedHashMap<>();

    private final CheckBudget budget = new CheckBudget();
    private boolean unseen;

    /**
     * A judge.
     *
     * @param documents what is stored under each name that matters
     */
    WriteJudge(Map<String, SimulatedDocument> documents) {
        this.documents = documents;
    }

    /** What becomes of one write. */
    sealed interface Verdict {
        /** It goes on, pinned to what was judged. */
        record Forward(Write write) implements Verdict {}

        /** The policy says no. */
        record Refuse(Decision.Deny deny) implements Verdict {}

        /** A condition of its own does not hold. */
        record Fail(WriteCondition condition) implements Verdict {}
    }

    /** The grants the writes so far go on under. */
    List<Decision.Grant> used() {
        return new ArrayList<>(used.values());
    }

    /** The denial of a write that names what its writer may not see, whatever is stored; null when that is not so. */
    static Decision.@Nullable Deny refusedAnyway(WriteTerms terms, Write write) {
        Decision.Deny deny = null;
        for (Decision.Grant grant : terms.grants()) {
            FieldWrites fields = FieldWrites.of(
                    grant.obligations().fields(), grant.obligations().write());
            if (fields.all() || !(fields.judge(ClientWrite.of(write)) instanceof FieldVerdict.Refused refused)) {
                return null;
            }
            deny = denial(terms, refused);
        }
        return deny;
    }

    private static Decision.Deny denial(WriteTerms terms, FieldVerdict.Refused because) {
        DenyReason reason =
                because.cause() == FieldVerdict.Cause.HIDDEN ? DenyReason.HIDDEN_FIELD : DenyReason.READONLY;
        return terms.because(reason, because.field());
    }

    /** Whether the last write judged is a verify of a document that does not exist for its caller. */
    boolean isUnseen() {
        return unseen;
    }

    Verdict judge(WriteTerms terms, String name, Write write) {
        unseen = false;
        SimulatedDocument document = documents.get(name);
        Operation operation = terms.intent().operation();
        if (document == null) {
            if (!terms.asksWhatComes()) {
                terms.grants().forEach(this::use);
                return new Verdict.Forward(write);
            }
            // Only a create asks for nothing stored: its own precondition says that there is nothing.
            document = SimulatedDocument.missing(name);
            documents.put(name, document);
        }
        boolean first = !document.isTouched();
        boolean there = document.exists();
        Decision.Grant onPresent = terms.grant(true);
        boolean visible = there && onPresent != null && WriteTerms.reaches(onPresent, document);
        if (there && onPresent != null && dependsOnClock(onPresent, document)) {
            return new Verdict.Refuse(terms.because(DenyReason.UNENFORCEABLE));
        }
        // What a verify asks about does not exist for who may not read it; a create cannot be told so.
        boolean inTheWay = operation == Operation.GET ? visible : there;
        WriteCondition broken = condition(write, document, visible, inTheWay, first);
        if (operation == Operation.GET) {
            if (!first) {
                return new Verdict.Refuse(terms.because(DenyReason.UNENFORCEABLE));
            }
            if (broken != null) {
                return new Verdict.Fail(broken);
            }
            use(onPresent);
            unseen = !visible && onPresent != null && WriteTerms.limitsRows(onPresent);
            return new Verdict.Forward(isConditional(write) ? pin(write, document) : write);
        }
        if (broken != null) {
            return new Verdict.Fail(broken);
        }
        Decision.Grant grant = operation == Operation.DELETE ? onPresent : terms.grant(there);
        if (grant == null || (there && !visible)) {
            return new Verdict.Refuse(terms.otherwise());
        }
        if (operation == Operation.DELETE && !there && !isConditional(write) && WriteTerms.limitsRows(grant)) {
            // As if it were there and hidden.
            return new Verdict.Refuse(terms.otherwise());
        }
        Write done = write;
        switch (fields(grant, write, there ? document : null)) {
            case FieldVerdict.AsItStands.INSTANCE -> {}
            case FieldVerdict.Masked masked ->
                done = write.toBuilder().setUpdateMask(masked.mask()).build();
            case FieldVerdict.Refused refused -> {
                return new Verdict.Refuse(denial(terms, refused));
            }
            case FieldVerdict.NeedsStored.INSTANCE ->
                throw new IllegalStateException("what is stored has been looked at");
        }
        Obligations.WriteCheck check = grant.obligations().check();
        boolean checked = check != Obligations.WriteCheck.NoCheck.INSTANCE;
        Image before = checked && there ? document.image() : null;
        if (!document.apply(done)) {
            // Firestore refuses a path that is none; nothing is known of what it would have done.
            return new Verdict.Refuse(terms.because(DenyReason.UNENFORCEABLE));
        }
        if (document.exists()) {
            if (dependsOnClock(grant, document)) {
                return new Verdict.Refuse(terms.because(DenyReason.UNENFORCEABLE));
            }
            if (!WriteTerms.reaches(grant, document)) {
                return new Verdict.Refuse(terms.otherwise());
            }
        }
        Image after = checked && document.exists() ? document.image() : null;
        if (checked && ((there && before == null) || (document.exists() && after == null))) {
            // What it holds cannot be told.
            return new Verdict.Refuse(terms.because(DenyReason.UNENFORCEABLE));
        }
        DenyReason unmet = check.refuses(before, after, budget);
        if (unmet != null) {
            return new Verdict.Refuse(terms.because(unmet));
        }
        use(grant);
        // A create is pinned by its own condition, a later write by the first.
        return new Verdict.Forward(first && operation != Operation.CREATE ? pin(done, document) : done);
    }

    /** A text that differs when the grant does. */
    static String key(Decision.Grant grant) {
        return grant.rule()
                + ' '
                + grant.tier()
                + ' '
                + grant.access().operation()
                + grant.access().resource();
    }

    private void use(Decision.@Nullable Grant grant) {
        if (grant != null) {
            used.put(key(grant), grant);
        }
    }

    private static Write pin(Write write, SimulatedDocument document) {
        return write.toBuilder().setCurrentDocument(GuardedCall.pin(document)).build();
    }

    private static boolean isConditional(Write write) {
        return write.getCurrentDocument().getConditionTypeCase()
                != Precondition.ConditionTypeCase.CONDITIONTYPE_NOT_SET;
    }

    /** The client's own condition that does not hold on what it may know of, or null. */
    private static @Nullable WriteCondition condition(
            Write write, SimulatedDocument document, boolean visible, boolean inTheWay, boolean first) {
        Precondition condition = write.getCurrentDocument();
        return switch (condition.getConditionTypeCase()) {
            case EXISTS -> {
                if (condition.getExists()) {
                    yield visible ? null : WriteCondition.DOCUMENT_MISSING;
                }
                yield inTheWay ? WriteCondition.DOCUMENT_EXISTS : null;
            }
            case UPDATE_TIME -> {
                if (!visible) {
                    yield WriteCondition.DOCUMENT_MISSING;
                }
                boolean unchanged = first && condition.getUpdateTime().equals(document.updateTime());
                yield unchanged ? null : WriteCondition.DOCUMENT_CHANGED;
            }
            case CONDITIONTYPE_NOT_SET -> null;
        };
    }

    private static boolean dependsOnClock(Decision.Grant grant, SimulatedDocument document) {
        if (grant.obligations().rows() instanceof Obligations.RowFilter.Rows(var predicate)) {
            for (FieldPath field : predicate.fields()) {
                if (document.isClocked(field)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What becomes of a write for the fields it may not see or change. */
    private static FieldVerdict fields(Decision.Grant grant, Write write, @Nullable SimulatedDocument document) {
        FieldWrites fields =
                FieldWrites.of(grant.obligations().fields(), grant.obligations().write());
        return fields.all() || write.getOperationCase() == Write.OperationCase.DELETE
                ? FieldVerdict.AsItStands.INSTANCE
                : fields.judge(ClientWrite.of(write), document == null ? null : document.document());
    }
}
