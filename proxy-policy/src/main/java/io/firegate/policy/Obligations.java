package io.firegate.policy;

/**
 * What a permit demands of whoever carries it out: which rows may be seen, which fields, and what a write must be checked against.
 *
 * <p>Each part is a sealed type whose only member so far demands nothing: the compiler refuses a policy that would need more, so
 * that a condition nobody enforces cannot be written. A method that cannot meet a part must refuse the call
 * ({@link DenyReason#UNENFORCEABLE}); an exhaustive {@code switch} over the part makes forgetting that a compile error.
 *
 * @param rows which of the documents the access reaches
 * @param fields which fields of those documents
 * @param write what must hold before and after a write
 */
public record Obligations(RowFilter rows, FieldMask fields, WriteGuard write) {
    /** Demands nothing. */
    public static final Obligations NONE =
            new Obligations(RowFilter.AllRows.INSTANCE, FieldMask.AllFields.INSTANCE, WriteGuard.NoGuard.INSTANCE);

    /** Which documents. */
    public sealed interface RowFilter {
        /** Every document the rule's path matches. */
        enum AllRows implements RowFilter {
            INSTANCE
        }
    }

    /** Which fields. */
    public sealed interface FieldMask {
        /** Every field. */
        enum AllFields implements FieldMask {
            INSTANCE
        }
    }

    /** What a write is checked against. */
    public sealed interface WriteGuard {
        /** Nothing beyond the client's own preconditions. */
        enum NoGuard implements WriteGuard {
            INSTANCE
        }
    }
}
