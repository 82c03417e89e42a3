package io.firegate.policy;

import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.RowPredicate;
import java.util.List;

/**
 * What a permit demands of whoever carries it out: which rows may be seen, which fields, and what a write must be checked against.
 *
 * <p>Each part is a sealed type. A method that cannot meet a part must refuse the call ({@link DenyReason#UNENFORCEABLE}); an
 * exhaustive {@code switch} over the part makes forgetting that a compile error.
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

        /** Those of which the predicate is certainly true: when they are read, and for a write before and after it. */
        record Rows(RowPredicate predicate) implements RowFilter {}
    }

    /** Which fields. */
    public sealed interface FieldMask {
        /** Every field. */
        enum AllFields implements FieldMask {
            INSTANCE
        }

        /**
         * Every field but these and what is below them.
         *
         * @param paths none of which holds another
         */
        record Hidden(List<FieldPath> paths) implements FieldMask {
            public Hidden {
                paths = List.copyOf(paths);
            }
        }

        /**
         * These and what is below them, and no other.
         *
         * @param paths none of which holds another
         */
        record Shown(List<FieldPath> paths) implements FieldMask {
            public Shown {
                paths = List.copyOf(paths);
            }
        }
    }

    /** What a write is checked against. */
    public sealed interface WriteGuard {
        /** Nothing beyond the client's own preconditions. */
        enum NoGuard implements WriteGuard {
            INSTANCE
        }

        /**
         * Fields an update must leave as they are.
         *
         * @param paths none of which holds another
         */
        record Readonly(List<FieldPath> paths) implements WriteGuard {
            public Readonly {
                paths = List.copyOf(paths);
            }
        }
    }
}
