package io.firegate.policy.condition;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A condition as a policy states it, before anything is known of who asks for what. Immutable; equal when it says the same. */
public sealed interface Condition {
    /** All of two or more. */
    record And(List<Condition> parts) implements Condition {
        public And {
            parts = List.copyOf(parts);
        }
    }

    /** One of two or more. */
    record Or(List<Condition> parts) implements Condition {
        public Or {
            parts = List.copyOf(parts);
        }
    }

    /** The opposite; what is unknown stays so. */
    record Not(Condition part) implements Condition {}

    /** Two operands side by side. */
    record Compare(Operand left, Comparison comparison, Operand right) implements Condition {
        /** Whether both sides are fields. */
        public boolean isWithinDocument() {
            return left instanceof Operand.Doc && right instanceof Operand.Doc;
        }
    }

    /** An operand that is one of several values. */
    record In(Operand element, Operand.Values values) implements Condition {}

    /** An array field with a member. */
    record Contains(Operand.Doc array, Operand member) implements Condition {
        /** Whether the member is a field too. */
        public boolean isWithinDocument() {
            return member instanceof Operand.Doc;
        }
    }

    /**
     * {@code field == null}: stored as null.
     *
     * @param field a field of this document or of another
     */
    record IsNull(Operand field) implements Condition {}

    /** Whether it, or a part of it, looks at the document. */
    default boolean mentionsDocument() {
        return any(operand -> operand instanceof Operand.Doc);
    }

    /** Whether it, or a part of it, looks at a variable of the path. */
    default boolean mentions(String variable) {
        return any(operand -> operand instanceof Operand.Variable(var name) && name.equals(variable));
    }

    private boolean any(Predicate<Operand> wanted) {
        return switch (this) {
            case And and -> and.parts.stream().anyMatch(part -> part.any(wanted));
            case Or or -> or.parts.stream().anyMatch(part -> part.any(wanted));
            case Not not -> not.part.any(wanted);
            case Compare compare -> wanted.test(compare.left) || wanted.test(compare.right);
            case In in ->
                wanted.test(in.element)
                        || (in.values instanceof Operand.Values.Listed(var elements)
                                && elements.stream().anyMatch(wanted));
            case Contains contains -> wanted.test(contains.array) || wanted.test(contains.member);
            case IsNull isNull -> wanted.test(isNull.field);
        };
    }

    /** It in the words of a policy, which read as the same condition; one line. */
    default String describe() {
        return Wording.of(this);
    }

    /**
     * What is left to demand of a document. Unknown comparisons are settled: where they would keep it from being true they are
     * false, and under a {@code !} true, so that only what is certainly true permits.
     */
    default RowPredicate fold(Facts facts) {
        return fold(facts, true);
    }

    /**
     * Folds.
     *
     * @param positive whether no {@code !}, or an even number of them, stands around it
     */
    private RowPredicate fold(Facts facts, boolean positive) {
        return switch (this) {
            case And and -> RowPredicate.and(fold(and.parts, facts, positive));
            case Or or -> RowPredicate.or(fold(or.parts, facts, positive));
            case Not not -> {
                RowPredicate inner = not.part.fold(facts, !positive);
                yield inner instanceof RowPredicate.Const constant
                        ? new RowPredicate.Const(!constant.value())
                        : new RowPredicate.Not(inner);
            }
            case Compare compare -> fold(compare, facts, positive);
            case In in -> fold(in, facts, positive);
            case Contains contains -> fold(contains, facts, positive);
            case IsNull isNull -> fold(isNull, facts, positive);
        };
    }

    private static RowPredicate[] fold(List<Condition> parts, Facts facts, boolean positive) {
        RowPredicate[] folded = new RowPredicate[parts.size()];
        for (int i = 0; i < folded.length; i++) {
            folded[i] = parts.get(i).fold(facts, positive);
        }
        return folded;
    }

    private static RowPredicate settled(Truth truth, boolean positive) {
        return switch (truth) {
            case TRUE -> RowPredicate.Const.TRUE;
            case FALSE -> RowPredicate.Const.FALSE;
            case UNKNOWN -> unknown(positive);
        };
    }

    private static RowPredicate unknown(boolean positive) {
        return positive ? RowPredicate.Const.FALSE : RowPredicate.Const.TRUE;
    }

    private static RowPredicate fold(Compare compare, Facts facts, boolean positive) {
        Operand left = compare.left;
        Operand right = compare.right;
        if (left instanceof Operand.Doc(var leftField)) {
            if (right instanceof Operand.Doc(var rightField)) {
                return new RowPredicate.CompareFields(leftField, compare.comparison, rightField);
            }
            return compare(compare, leftField, compare.comparison, right, facts, positive);
        }
        if (right instanceof Operand.Doc(var rightField)) {
            return compare(compare, rightField, compare.comparison.mirrored(), left, facts, positive);
        }
        String open = open(left, facts);
        if (open == null) {
            open = open(right, facts);
        }
        if (open != null) {
            Operand other = isDocumentId(left, facts) ? right : isDocumentId(right, facts) ? left : null;
            if (compare.comparison == Comparison.EQUAL && positive && other != null && open(other, facts) == null) {
                RowPredicate unread = unread(compare, other, null, facts, true);
                if (unread != null) {
                    return unread;
                }
                PolicyValue value = known(other, facts);
                return value == null ? unknown(true) : ids(List.of(value));
            }
            return new RowPredicate.Open(open);
        }
        RowPredicate unread = unread(compare, left, right, facts, positive);
        if (unread != null) {
            return unread;
        }
        PolicyValue a = known(left, facts);
        PolicyValue b = known(right, facts);
        return settled(a == null || b == null ? Truth.UNKNOWN : compare.comparison.of(a, b), positive);
    }

    private static RowPredicate compare(
            Compare clause, FieldPath field, Comparison comparison, Operand other, Facts facts, boolean positive) {
        String open = open(other, facts);
        if (open != null) {
            return new RowPredicate.Open(open);
        }
        RowPredicate unread = unread(clause, other, null, facts, positive);
        if (unread != null) {
            return unread;
        }
        PolicyValue value = known(other, facts);
        if (value == null
                || value == PolicyValue.Null.NULL
                || (value.matchesNothing() && comparison != Comparison.NOT_EQUAL)) {
            return unknown(positive);
        }
        return new RowPredicate.Compare(field, comparison, value);
    }

    private static RowPredicate fold(In in, Facts facts, boolean positive) {
        List<PolicyValue> values = List.of();
        List<String> unread = List.of();
        switch (in.values) {
            case Operand.Values.Grant(var name) -> {
                List<PolicyValue> granted = facts.grant(name);
                if (granted == null) {
                    return unknown(positive);
                }
                values = granted;
            }
            case Operand.Values.Claim(var name) -> {
                PolicyValue claim = facts.claim(name);
                if (claim == null) {
                    return unknown(positive);
                }
                values = claim instanceof PolicyValue.Array array ? array.elements() : List.of(claim);
            }
            case Operand.Values.LookedUp(var lookup) -> {
                switch (facts.lookup(lookup)) {
                    case Facts.LookedUp.Open(var variable) -> {
                        return new RowPredicate.Open(variable);
                    }
                    case Facts.LookedUp.Unread(var document) -> unread = List.of(document);
                    case Facts.LookedUp.Found(PolicyValue.Array array) -> values = array.elements();
                    // What is no array has no members, and that is no reason to permit anything under a `!`.
                    case Facts.LookedUp.Found found -> {
                        return unknown(positive);
                    }
                    case Facts.LookedUp.Missing.INSTANCE -> {
                        return unknown(positive);
                    }
                }
            }
            case Operand.Values.Listed(var elements) -> {
                values = new ArrayList<>(elements.size());
                unread = new ArrayList<>(0);
                for (Operand element : elements) {
                    String open = open(element, facts);
                    if (open != null) {
                        return new RowPredicate.Open(open);
                    }
                    String document = unread(element, facts);
                    PolicyValue value = known(element, facts);
                    if (document != null) {
                        unread.add(document);
                    } else if (value == null) {
                        return unknown(positive);
                    } else {
                        values.add(value);
                    }
                }
            }
        }
        String open = in.element instanceof Operand.Doc ? null : open(in.element, facts);
        if (!unread.isEmpty() || unread(in.element, facts) != null) {
            return open != null && !(positive && isDocumentId(in.element, facts))
                    ? new RowPredicate.Open(open)
                    : unread(in, in.element, unread, facts, positive);
        }
        values = matchable(values);
        if (in.element instanceof Operand.Doc(var field)) {
            return switch (values.size()) {
                case 0 -> RowPredicate.Const.FALSE;
                case 1 -> new RowPredicate.Compare(field, Comparison.EQUAL, values.get(0));
                default -> new RowPredicate.In(field, values);
            };
        }
        if (open != null) {
            return positive && isDocumentId(in.element, facts) ? ids(values) : new RowPredicate.Open(open);
        }
        PolicyValue element = known(in.element, facts);
        return settled(element == null ? Truth.UNKNOWN : Membership.in(element, values), positive);
    }

    /** Without what no comparison matches. */
    private static List<PolicyValue> matchable(List<PolicyValue> values) {
        for (PolicyValue value : values) {
            if (value.matchesNothing()) {
                List<PolicyValue> left = new ArrayList<>(values);
                left.removeIf(PolicyValue::matchesNothing);
                return left;
            }
        }
        return values;
    }

    private static RowPredicate fold(Contains contains, Facts facts, boolean positive) {
        FieldPath array = contains.array.field();
        if (contains.member instanceof Operand.Doc(var member)) {
            return new RowPredicate.ContainsField(array, member);
        }
        String open = open(contains.member, facts);
        if (open != null) {
            return new RowPredicate.Open(open);
        }
        RowPredicate unread = unread(contains, contains.member, null, facts, positive);
        if (unread != null) {
            return unread;
        }
        PolicyValue member = known(contains.member, facts);
        return member == null || member.matchesNothing() ? unknown(positive) : new RowPredicate.Contains(array, member);
    }

    private static RowPredicate fold(IsNull isNull, Facts facts, boolean positive) {
        if (isNull.field instanceof Operand.Doc(var field)) {
            return new RowPredicate.IsNull(field);
        }
        String open = open(isNull.field, facts);
        if (open != null) {
            return new RowPredicate.Open(open);
        }
        RowPredicate unread = unread(isNull, isNull.field, null, facts, positive);
        if (unread != null) {
            return unread;
        }
        PolicyValue value = known(isNull.field, facts);
        return settled(value == null ? Truth.UNKNOWN : Truth.of(value == PolicyValue.Null.NULL), positive);
    }

    /**
     * What stands for a clause while a document it looks up has not been read; null when it needs none. Where another operand is missing
     * it is unknown whatever that document holds, and nothing is read for it.
     */
    private static @Nullable RowPredicate unread(
            Condition clause, Operand one, @Nullable Operand other, Facts facts, boolean positive) {
        String first = unread(one, facts);
        String second = other == null ? null : unread(other, facts);
        if (first == null && second == null) {
            return null;
        }
        boolean missing = (first == null && known(one, facts) == null)
                || (other != null && second == null && known(other, facts) == null);
        return missing
                ? unknown(positive)
                : new RowPredicate.Awaits(
                        clause,
                        Stream.of(first, second)
                                .filter(Objects::nonNull)
                                .distinct()
                                .toList());
    }

    private static RowPredicate unread(In in, Operand element, List<String> documents, Facts facts, boolean positive) {
        List<String> all = new ArrayList<>(documents);
        String own = unread(element, facts);
        if (own != null) {
            all.add(own);
        }
        boolean missing = own == null
                && !(element instanceof Operand.Doc)
                && open(element, facts) == null
                && known(element, facts) == null;
        return missing
                ? unknown(positive)
                : new RowPredicate.Awaits(in, all.stream().distinct().toList());
    }

    /** The document that must be read for an operand, or null. */
    private static @Nullable String unread(Operand operand, Facts facts) {
        return operand instanceof Operand.Lookup lookup
                        && facts.lookup(lookup) instanceof Facts.LookedUp.Unread(var document)
                ? document
                : null;
    }

    /** Ids are strings, so nothing else is among them. */
    private static RowPredicate ids(List<PolicyValue> values) {
        List<String> ids = new ArrayList<>(values.size());
        for (PolicyValue value : values) {
            if (value instanceof PolicyValue.Text text && !ids.contains(text.value())) {
                ids.add(text.value());
            }
        }
        return ids.isEmpty() ? RowPredicate.Const.FALSE : new RowPredicate.IdIn(ids);
    }

    /** The value of an operand that is not of the document and not an open variable; null when there is none. */
    private static @Nullable PolicyValue known(Operand operand, Facts facts) {
        return switch (operand) {
            case Operand.Literal literal -> literal.value();
            case Operand.Caller caller -> facts.caller(caller.attribute());
            case Operand.Claim claim -> facts.claim(claim.name());
            case Operand.Variable variable ->
                facts.variable(variable.name()) instanceof Facts.Variable.Bound(var id)
                        ? new PolicyValue.Text(id)
                        : null;
            case Operand.Lookup lookup ->
                facts.lookup(lookup) instanceof Facts.LookedUp.Found(var value) ? value : null;
            case Operand.Doc doc -> throw new IllegalStateException("a field is not known before the document is");
        };
    }

    /** The variable the request does not say, or null. */
    private static @Nullable String open(Operand operand, Facts facts) {
        if (operand instanceof Operand.Lookup lookup) {
            return facts.lookup(lookup) instanceof Facts.LookedUp.Open(var variable) ? variable : null;
        }
        return operand instanceof Operand.Variable(var name) && !(facts.variable(name) instanceof Facts.Variable.Bound)
                ? name
                : null;
    }

    private static boolean isDocumentId(Operand operand, Facts facts) {
        return operand instanceof Operand.Variable(var name)
                && facts.variable(name) == Facts.Variable.DocumentId.INSTANCE;
    }
}
