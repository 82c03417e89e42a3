package io.firegate.firestore.enforce;

import io.firegate.firestore.fields.NamedField;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Obligations;
import io.firegate.policy.Operation;
import io.firegate.policy.condition.DocumentView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * On which terms one write is permitted: what it does may depend on whether the document exists, and each case has its own grant, or
 * none.
 */
final class WriteTerms {
    private final WriteIntent intent;
    private final Decision.@Nullable Grant absent;
    private final Decision.@Nullable Grant present;
    private final Decision.Deny otherwise;

    /**
     * Terms.
     *
     * @param absent what permits it when there is no document; null when nothing does
     * @param present what permits it when there is one; null when nothing does
     * @param otherwise the denial when nothing does
     */
    private WriteTerms(
            WriteIntent intent,
            Decision.@Nullable Grant absent,
            Decision.@Nullable Grant present,
            Decision.Deny otherwise) {
        this.intent = intent;
        this.absent = absent;
        this.present = present;
        this.otherwise = otherwise;
    }

    /** The terms, or why there are none. */
    sealed interface Verdict {
        /** Permitted on terms. */
        record On(WriteTerms terms, String credential) implements Verdict {}

        /** Refused whatever is stored. */
        record Refused(Decision.Deny deny) implements Verdict {}
    }

    /** Asks the policy about one write. What nothing in the request tells apart is asked for both ways. */
    static Verdict of(WriteIntent intent, Caller caller, WriteAccesses accesses) {
        Decision.Settled whole = accesses.decide(caller, intent.access());
        if (intent.operation() != Operation.UPSERT) {
            return switch (whole) {
                case Decision.Deny deny -> new Verdict.Refused(deny);
                case Decision.Permit permit -> {
                    Decision.Grant grant = permit.grants().get(0);
                    boolean creates = intent.operation() == Operation.CREATE;
                    Decision.Deny denial = denial(grant, DenyReason.ROWS);
                    yield new Verdict.On(
                            new WriteTerms(intent, creates ? grant : null, creates ? null : grant, denial),
                            permit.credential());
                }
            };
        }
        if (whole instanceof Decision.Permit permit) {
            Decision.Grant both = permit.grants().get(0);
            return new Verdict.On(
                    new WriteTerms(intent, both, both, denial(both, DenyReason.ROWS)), permit.credential());
        }
        Decision.Deny deny = (Decision.Deny) whole;
        if (deny.reason() != DenyReason.UNENFORCEABLE) {
            return new Verdict.Refused(deny);
        }
        Decision.Settled create = accesses.decide(caller, intent.access(Operation.CREATE));
        Decision.Settled update = accesses.decide(caller, intent.access(Operation.UPDATE));
        String credential = null;
        Decision.Grant absent = null;
        if (create instanceof Decision.Permit permit) {
            absent = permit.grants().get(0);
            credential = permit.credential();
        }
        Decision.Grant present = null;
        if (update instanceof Decision.Permit permit) {
            present = permit.grants().get(0);
            if (credential != null && !credential.equals(permit.credential())) {
                return new Verdict.Refused(denial(present, DenyReason.MIXED_CREDENTIALS));
            }
            credential = permit.credential();
        }
        return credential == null
                ? new Verdict.Refused(deny)
                : new Verdict.On(
                        new WriteTerms(
                                intent,
                                absent,
                                present,
                                new Decision.Deny(DenyReason.ROWS, intent.access(), null, null)),
                        credential);
    }

    private static Decision.Deny denial(Decision.Grant grant, DenyReason reason) {
        return new Decision.Deny(reason, grant.access(), grant.tier(), grant.rule());
    }

    WriteIntent intent() {
        return intent;
    }

    /** The grant for a document that exists, or that does not; null when nothing permits it. */
    Decision.@Nullable Grant grant(boolean exists) {
        return exists ? present : absent;
    }

    /** The denial when a document, as it is or as it would become, is none it is permitted for. */
    Decision.Deny otherwise() {
        return otherwise;
    }

    /** A denial with another reason. */
    Decision.Deny because(DenyReason reason) {
        return new Decision.Deny(reason, otherwise.refused(), otherwise.tier(), otherwise.rule());
    }

    /** A denial for a field the client names. */
    Decision.Deny because(DenyReason reason, NamedField field) {
        return new Decision.Deny(
                reason, otherwise.refused(), otherwise.tier(), otherwise.rule(), field.words(), field.place());
    }

    /** Whether the verdict depends on what is stored. */
    boolean asksWhatIsStored() {
        return switch (intent.operation()) {
            // Its own precondition says that nothing is there.
            case CREATE -> false;
            case UPSERT -> absent == null || present == null || isLimited(absent) || isLimited(present);
            default -> present == null || isLimited(present);
        };
    }

    /** Whether the document it would leave must be looked at. */
    boolean asksWhatComes() {
        return (absent != null && isLimited(absent)) || (present != null && isLimited(present));
    }

    private static boolean isLimited(Decision.Grant grant) {
        return !grant.obligations().equals(Obligations.NONE);
    }

    /** Whether a grant reaches a document. */
    static boolean reaches(Decision.Grant grant, DocumentView document) {
        return switch (grant.obligations().rows()) {
            case Obligations.RowFilter.AllRows.INSTANCE -> true;
            case Obligations.RowFilter.Rows(var predicate) -> predicate.permits(document);
        };
    }

    static boolean limitsRows(Decision.Grant grant) {
        return grant.obligations().rows() != Obligations.RowFilter.AllRows.INSTANCE;
    }

    /** Every grant it may be carried out under. */
    List<Decision.Grant> grants() {
        if (absent == null) {
            return present == null ? List.of() : List.of(present);
        }
        return present == null || present.equals(absent) ? List.of(absent) : List.of(absent, present);
    }
}
