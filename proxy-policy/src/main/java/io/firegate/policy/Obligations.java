package io.firegate.policy;

import io.firegate.policy.check.BoundCheck;
import io.firegate.policy.check.CheckBudget;
import io.firegate.policy.check.Image;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.RowPredicate;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a permit demands of whoever carries it out: which rows may be seen, which fields, and what a write must be checked against.
 *
 * <p>Each part is a sealed type. A method that cannot meet a part must refuse the call ({@link DenyReason#UNENFORCEABLE}); an
 * exhaustive {@code switch} over the part makes forgetting that a compile error.
 *
 * @param rows which of the documents the access reaches
 * @param fields which fields of those documents
 * @param write which fields a write must leave alone
 * @param check what must hold of a write as a whole
 */
public record Obligations(RowFilter rows, FieldMask fields, WriteGuard write, WriteCheck check) {
    /** Demands nothing. */
    public static final Obligations NONE = new Obligations(
            RowFilter.AllRows.INSTANCE,
            FieldMask.AllFields.INSTANCE,
            WriteGuard.NoGuard.INSTANCE,
            WriteCheck.NoCheck.INSTANCE);

    /** What a read demands: a check is of writes only. */
    public Obligations(RowFilter rows, FieldMask fields, WriteGuard write) {
        this(rows, fields, write, WriteCheck.NoCheck.INSTANCE);
    }

    /**
     * A text that two obligations of reads share only when they demand the same. Holds what grants and claims the caller has, and what
     * was looked up: to be hashed, never shown.
     *
     * @throws IllegalArgumentException of a write with a check, which no handle is bound to
     */
    public String distinctText() {
        return DistinctText.of(this);
    }

    /** Adds the documents that must be read before it is known what it demands. */
    public void awaited(Set<String> documents) {
        if (rows instanceof RowFilter.Rows(var predicate)) {
            predicate.awaited(documents);
        }
        // One tuple that reaches every document settles the rows, but its check may yet fail.
        for (WriteCheck.Terms tuple : check.tuples()) {
            tuple.rows.awaited(documents);
            if (tuple.check != null) {
                documents.addAll(tuple.check.facts().awaited());
            }
        }
    }

    /** Which documents. */
    public sealed interface RowFilter {
        /** Every document the rule's path matches. */
        enum AllRows implements RowFilter {
            INSTANCE
        }

        /** Those of which the predicate is certainly true: when they are read, and for a write before and after it. */
        record Rows(RowPredicate predicate) implements RowFilter {
            /** Without the predicate, which holds what grants and claims the caller has. */
            @Override
            public String toString() {
                return "Rows";
            }
        }
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

    /** What a write is judged by as a whole: the document before and after it, by the grants of one tuple. */
    public sealed interface WriteCheck {
        /** Nothing beyond the rows, which are asked of either document by itself. */
        enum NoCheck implements WriteCheck {
            INSTANCE
        }

        /** One of these must permit all of it. */
        record OneOf(List<Terms> tuples) implements WriteCheck {
            public OneOf {
                tuples = List.copyOf(tuples);
            }
        }

        /**
         * Of each side one must permit all of it: of the caller's tuples and of the agent's that acts for the caller.
         *
         * @param sides two or more
         */
        record OneOfEach(List<OneOf> sides) implements WriteCheck {
            public OneOfEach {
                sides = List.copyOf(sides);
            }
        }

        /** The tuples of all sides. */
        default List<Terms> tuples() {
            return switch (this) {
                case NoCheck.INSTANCE -> List.of();
                case OneOf(var tuples) -> tuples;
                case OneOfEach(var sides) ->
                    sides.stream().flatMap(side -> side.tuples.stream()).toList();
            };
        }

        /**
         * What one grant tuple demands.
         *
         * @param rows of the document before and after, where there is one
         * @param check of both together; null for none
         */
        record Terms(RowPredicate rows, @Nullable BoundCheck check) {
            private @Nullable DenyReason refuses(@Nullable Image before, @Nullable Image after, CheckBudget budget) {
                if ((before != null && !rows.permits(before)) || (after != null && !rows.permits(after))) {
                    return DenyReason.ROWS;
                }
                return check == null
                        ? null
                        : switch (check.judge(before, after, budget)) {
                            case HOLDS -> null;
                            case FAILS -> DenyReason.CHECK;
                            case ERROR -> DenyReason.CHECK_ERROR;
                            case CLOCK -> DenyReason.UNENFORCEABLE;
                        };
            }
        }

        /**
         * Why a write is refused, or null.
         *
         * @param before the document before it; null when there is none
         * @param after the document after it; null when it is deleted
         * @param budget what the request has left for checks
         */
        default @Nullable DenyReason refuses(@Nullable Image before, @Nullable Image after, CheckBudget budget) {
            return switch (this) {
                case NoCheck.INSTANCE -> null;
                case OneOf(var tuples) -> refuses(tuples, before, after, budget);
                case OneOfEach(var sides) -> {
                    for (OneOf side : sides) {
                        DenyReason reason = refuses(side.tuples, before, after, budget);
                        if (reason != null) {
                            yield reason;
                        }
                    }
                    yield null;
                }
            };
        }

        private static @Nullable DenyReason refuses(
                List<Terms> tuples, @Nullable Image before, @Nullable Image after, CheckBudget budget) {
            DenyReason nearest = DenyReason.ROWS;
            for (Terms tuple : tuples) {
                DenyReason reason = tuple.refuses(before, after, budget);
                if (reason == null) {
                    return null;
                }
                if (telling(reason) > telling(nearest)) {
                    nearest = reason;
                }
            }
            return nearest;
        }

        /** Of several tuples the one that came nearest to a permit says why there is none. */
        private static int telling(DenyReason reason) {
            return List.of(DenyReason.ROWS, DenyReason.CHECK_ERROR, DenyReason.CHECK, DenyReason.UNENFORCEABLE)
                    .indexOf(reason);
        }
    }
}
