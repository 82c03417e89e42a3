package io.firegate.policy.condition;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a condition demands of a document once everything but the document is known. Has two interpreters that agree: {@link #judge}
 * here, and the one that writes it as a {@code StructuredQuery.Filter}. Immutable.
 */
public sealed interface RowPredicate {
    /** Nothing, or what no document meets. */
    record Const(boolean value) implements RowPredicate {
        /** Every document. */
        public static final Const TRUE = new Const(true);
        /** No document. */
        public static final Const FALSE = new Const(false);
    }

    /** All of two or more. */
    record And(List<RowPredicate> parts) implements RowPredicate {
        public And {
            parts = List.copyOf(parts);
        }
    }

    /** One of two or more. */
    record Or(List<RowPredicate> parts) implements RowPredicate {
        public Or {
            parts = List.copyOf(parts);
        }
    }

    /** The opposite; unknown stays unknown. */
    record Not(RowPredicate part) implements RowPredicate {}

    /** A field beside a value. */
    record Compare(FieldPath field, Comparison comparison, PolicyValue value) implements RowPredicate {}

    /** Two fields of one document. */
    record CompareFields(FieldPath left, Comparison comparison, FieldPath right) implements RowPredicate {}

    /**
     * A field whose value is one of some.
     *
     * @param values two or more, none of them null or NaN
     */
    record In(FieldPath field, List<PolicyValue> values) implements RowPredicate {
        public In {
            values = List.copyOf(values);
        }
    }

    /** An array field with a member. */
    record Contains(FieldPath array, PolicyValue member) implements RowPredicate {}

    /** An array field with a member that another field holds. */
    record ContainsField(FieldPath array, FieldPath member) implements RowPredicate {}

    /** A field that is stored as null. */
    record IsNull(FieldPath field) implements RowPredicate {}

    /**
     * A document whose own id is one of some: a path variable that ends the path of a query.
     *
     * @param ids one or more
     */
    record IdIn(List<String> ids) implements RowPredicate {
        public IdIn {
            ids = List.copyOf(ids);
        }

        @Override
        public String toString() {
            return "IdIn[" + ids.size() + "]";
        }
    }

    /** A comparison with a path variable the request leaves open: nobody can say what it demands of a query. */
    record Open(String variable) implements RowPredicate {}

    /**
     * What a condition says that looks up documents nobody has read yet: until then it lets no document pass, not under a {@code !} either.
     *
     * @param documents their paths; one or more
     */
    record Awaits(Condition clause, List<String> documents) implements RowPredicate {
        public Awaits {
            documents = List.copyOf(documents);
        }
    }

    /** Whether the document meets it: for certain, or not. */
    default boolean permits(DocumentView document) {
        return judge(document) == Truth.TRUE;
    }

    /** The verdict on one document. */
    default Truth judge(DocumentView document) {
        return switch (this) {
            case Const constant -> Truth.of(constant.value);
            case And and -> {
                Truth all = Truth.TRUE;
                for (RowPredicate part : and.parts) {
                    all = all.and(part.judge(document));
                }
                yield all;
            }
            case Or or -> {
                Truth any = Truth.FALSE;
                for (RowPredicate part : or.parts) {
                    any = any.or(part.judge(document));
                }
                yield any;
            }
            case Not not -> not.part.judge(document).not();
            case Compare compare -> {
                PolicyValue stored = document.value(compare.field);
                yield stored == null ? Truth.UNKNOWN : compare.comparison.of(stored, compare.value);
            }
            case CompareFields compare -> {
                PolicyValue left = document.value(compare.left);
                PolicyValue right = document.value(compare.right);
                yield left == null || right == null ? Truth.UNKNOWN : compare.comparison.of(left, right);
            }
            case In in -> {
                PolicyValue stored = document.value(in.field);
                yield stored == null ? Truth.UNKNOWN : Membership.in(stored, in.values);
            }
            case Contains contains -> {
                PolicyValue stored = document.value(contains.array);
                yield stored == null ? Truth.UNKNOWN : Membership.contains(stored, contains.member);
            }
            case ContainsField contains -> {
                PolicyValue stored = document.value(contains.array);
                PolicyValue member = document.value(contains.member);
                yield stored == null || member == null ? Truth.UNKNOWN : Membership.contains(stored, member);
            }
            case IsNull isNull -> {
                PolicyValue stored = document.value(isNull.field);
                yield stored == null ? Truth.UNKNOWN : Truth.of(stored == PolicyValue.Null.NULL);
            }
            case IdIn idIn -> Truth.of(idIn.ids.contains(document.id()));
            case Open open -> Truth.UNKNOWN;
            case Awaits awaits -> Truth.UNKNOWN;
        };
    }

    /**
     * It in the words of a policy, one line. Holds what grants and claims the caller has: for an operator's eyes, never for a log or an
     * answer.
     */
    default String describe() {
        return Wording.of(this);
    }

    /** The fields a verdict depends on, in the order they stand in. */
    default Set<FieldPath> fields() {
        Set<FieldPath> fields = new LinkedHashSet<>();
        collect(fields);
        return fields;
    }

    private void collect(Set<FieldPath> fields) {
        switch (this) {
            case Const constant -> {}
            case And and -> and.parts.forEach(part -> part.collect(fields));
            case Or or -> or.parts.forEach(part -> part.collect(fields));
            case Not not -> not.part.collect(fields);
            case Compare compare -> fields.add(compare.field);
            case CompareFields compare -> {
                fields.add(compare.left);
                fields.add(compare.right);
            }
            case In in -> fields.add(in.field);
            case Contains contains -> fields.add(contains.array);
            case ContainsField contains -> {
                fields.add(contains.array);
                fields.add(contains.member);
            }
            case IsNull isNull -> fields.add(isNull.field);
            case IdIn idIn -> {}
            case Open open -> {}
            case Awaits awaits -> {}
        }
    }

    /** Adds the paths of the documents that must be read before it says anything. */
    default void awaited(Set<String> into) {
        switch (this) {
            case Awaits awaits -> into.addAll(awaits.documents);
            case And and -> and.parts.forEach(part -> part.awaited(into));
            case Or or -> or.parts.forEach(part -> part.awaited(into));
            case Not not -> not.part.awaited(into);
            case Const c -> {}
            case Compare c -> {}
            case CompareFields c -> {}
            case In c -> {}
            case Contains c -> {}
            case ContainsField c -> {}
            case IsNull c -> {}
            case IdIn c -> {}
            case Open c -> {}
        }
    }

    /** The variable that keeps it from being carried out, or null. */
    default @org.jspecify.annotations.Nullable String open() {
        return switch (this) {
            case Open open -> open.variable;
            case And and -> firstOpen(and.parts);
            case Or or -> firstOpen(or.parts);
            case Not not -> not.part.open();
            case Const c -> null;
            case Compare c -> null;
            case CompareFields c -> null;
            case In c -> null;
            case Contains c -> null;
            case ContainsField c -> null;
            case IsNull c -> null;
            case IdIn c -> null;
            case Awaits c -> null;
        };
    }

    private static @org.jspecify.annotations.Nullable String firstOpen(List<RowPredicate> parts) {
        for (RowPredicate part : parts) {
            String open = part.open();
            if (open != null) {
                return open;
            }
        }
        return null;
    }

    /** All of these, as simply as it can be said. */
    static RowPredicate and(RowPredicate... parts) {
        if (isSimple(parts)) {
            return parts.length == 1 ? parts[0] : new And(List.of(parts));
        }
        List<RowPredicate> left = new ArrayList<>(parts.length);
        for (RowPredicate part : parts) {
            if (part instanceof And and) {
                left.addAll(and.parts);
            } else if (!(part instanceof Const constant)) {
                left.add(part);
            } else if (!constant.value) {
                return Const.FALSE;
            }
        }
        return left.isEmpty() ? Const.TRUE : left.size() == 1 ? left.get(0) : new And(left);
    }

    /** Whether nothing of it is said more simply within an {@link And}: nearly always, so it is worth a look. */
    private static boolean isSimple(RowPredicate... parts) {
        for (RowPredicate part : parts) {
            if (part instanceof And || part instanceof Const) {
                return parts.length == 1;
            }
        }
        return parts.length > 0;
    }

    /** One of these, as simply as it can be said. */
    static RowPredicate or(RowPredicate... parts) {
        if (parts.length == 1) {
            return parts[0];
        }
        if (parts.length == 2 && isDistinct(parts[0], parts[1])) {
            return new Or(List.of(parts));
        }
        List<RowPredicate> left = new ArrayList<>(parts.length);
        for (RowPredicate part : parts) {
            if (part instanceof Or or) {
                for (RowPredicate inner : or.parts) {
                    addOnce(left, inner);
                }
            } else if (!(part instanceof Const constant)) {
                addOnce(left, part);
            } else if (constant.value) {
                return Const.TRUE;
            }
        }
        return left.isEmpty() ? Const.FALSE : left.size() == 1 ? left.get(0) : new Or(left);
    }

    /** Whether two say all they say within an {@link Or}, and each something else: it is worth a look, for most callers have few tuples. */
    private static boolean isDistinct(RowPredicate one, RowPredicate other) {
        return !(one instanceof Or || one instanceof Const || other instanceof Or || other instanceof Const)
                && !one.equals(other);
    }

    /** Tuples often say the same. */
    private static void addOnce(List<RowPredicate> parts, RowPredicate part) {
        if (!parts.contains(part)) {
            parts.add(part);
        }
    }
}
