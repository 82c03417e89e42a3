package io.firegate.policy.condition;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts two operands and the operator between them together, or tells why they do not fit and what was meant. */
final class Relations {
    /** Where mistakes go. */
    interface Told {
        void mistake(int at, String message, @Nullable String fix);
    }

    private static final List<String> SYMBOLS =
            Arrays.stream(Comparison.values()).map(Comparison::symbol).toList();

    private final Told told;

    Relations(Told told) {
        this.told = told;
    }

    /** Whether a word compares two operands. */
    static boolean isOne(Token token) {
        return (token.kind() == Token.Kind.SYMBOL && SYMBOLS.contains(token.value()))
                || token.isWord("in")
                || token.isWord("contains");
    }

    /** An operand as it is written. */
    static String word(Operand operand) {
        return Wording.of(operand);
    }

    static String word(Part.GrantSet set) {
        return Wording.of(new Operand.Values.Grant(set.name()));
    }

    private static String word(Part part) {
        return switch (part) {
            case Part.Single single -> word(single.operand());
            case Part.GrantSet set -> word(set);
            case Part.Members members -> Wording.of(new Operand.Values.Listed(members.members()));
            case Part.Truthful truthful -> "...";
            case Part.Broken broken -> "...";
        };
    }

    private @Nullable Condition none(int at, String message, @Nullable String fix) {
        told.mistake(at, message, fix);
        return null;
    }

    /** A member of a list; null when it cannot be one, which is told. */
    @Nullable
    Operand member(Part part) {
        switch (part) {
            case Part.Single(Operand.Doc doc, int at) ->
                told.mistake(
                        at,
                        "a field in a list: a list holds what is known before the document is read",
                        "write == and join with ||");
            case Part.Single(Operand.Literal(PolicyValue.Null nothing), int at) ->
                told.mistake(at, "`null` in a list is never found", "write || doc.field == null");
            case Part.Single single -> {
                return single.operand();
            }
            case Part.GrantSet set -> told.mistake(set.at(), "a grant in a list: it is a list itself", null);
            case Part.Members list -> told.mistake(list.at(), "a list in a list", null);
            case Part.Truthful truthful -> told.mistake(truthful.at(), "a condition in a list", null);
            case Part.Broken broken -> {}
        }
        return null;
    }

    /** The condition; null when there is none, which is told. */
    @Nullable
    Condition of(Part left, Token operator, Part right) {
        if (left instanceof Part.Broken || right instanceof Part.Broken) {
            return null;
        }
        if (left instanceof Part.Truthful || right instanceof Part.Truthful) {
            return none(
                    operator.at(),
                    "`" + operator.value() + "` beside something that is true or false already",
                    "join comparisons with &&");
        }
        if (operator.isWord("in")) {
            return in(left, operator, right);
        }
        if (operator.isWord("contains")) {
            return contains(left, operator, right);
        }
        for (Comparison comparison : Comparison.values()) {
            if (operator.is(comparison.symbol())) {
                return compare(left, operator, comparison, right);
            }
        }
        throw new IllegalArgumentException(operator.value());
    }

    private @Nullable Condition compare(Part left, Token operator, Comparison comparison, Part right) {
        if (!(left instanceof Part.Single a) || !(right instanceof Part.Single b)) {
            boolean rightIsSet = left instanceof Part.Single;
            Part set = rightIsSet ? right : left;
            String what = set instanceof Part.GrantSet ? "a grant is a set" : "a list is compared with `in`";
            String among = word(rightIsSet ? left : right) + " in " + word(set);
            return none(
                    operator.at(),
                    what + ": `" + comparison.symbol() + "` does not fit",
                    switch (comparison) {
                        case EQUAL -> "write " + among;
                        case NOT_EQUAL -> "write !(" + among + ")";
                        default -> null;
                    });
        }
        if (isNull(a) || isNull(b)) {
            Part.Single other = isNull(a) ? b : a;
            if (!(other.operand() instanceof Operand.Doc) && !(other.operand() instanceof Operand.Lookup)) {
                return none(operator.at(), "`" + word(other) + "` is never null: only a field can be", null);
            }
            Condition.IsNull isNull = new Condition.IsNull(other.operand());
            return switch (comparison) {
                case EQUAL -> isNull;
                case NOT_EQUAL -> new Condition.Not(isNull);
                default -> none(operator.at(), "nothing is less or greater than null", "write == null or != null");
            };
        }
        if (a.operand() instanceof Operand.Literal && b.operand() instanceof Operand.Literal) {
            return constant(operator);
        }
        return new Condition.Compare(a.operand(), comparison, b.operand());
    }

    private static boolean isNull(Part.Single part) {
        return part.operand() instanceof Operand.Literal(PolicyValue value) && value == PolicyValue.Null.NULL;
    }

    private @Nullable Condition constant(Token operator) {
        return none(
                operator.at(), "two values of the policy itself: the answer is always the same", "a field is doc.name");
    }

    private @Nullable Condition in(Part left, Token operator, Part right) {
        if (!(left instanceof Part.Single single)) {
            return none(operator.at(), "one value stands before `in`, not a set", null);
        }
        if (isNull(single)) {
            return none(operator.at(), "null is in no list", "write doc.field == null");
        }
        Operand element = single.operand();
        return switch (right) {
            case Part.GrantSet set -> new Condition.In(element, new Operand.Values.Grant(set.name()));
            case Part.Members list ->
                element instanceof Operand.Literal
                                && list.members().stream().allMatch(Operand.Literal.class::isInstance)
                        ? constant(operator)
                        : new Condition.In(element, new Operand.Values.Listed(list.members()));
            case Part.Single(Operand.Claim claim, int at) ->
                new Condition.In(element, new Operand.Values.Claim(claim.name()));
            case Part.Single(Operand.Lookup lookup, int at) ->
                new Condition.In(element, new Operand.Values.LookedUp(lookup));
            case Part.Single(Operand.Doc array, int at) ->
                none(
                        operator.at(),
                        "`in` looks into a list of the policy, a grant or a claim, not into a field",
                        "write " + word(array) + " contains " + word(element));
            default -> none(operator.at(), "`in` needs a list", "write " + word(left) + " == " + word(right));
        };
    }

    private @Nullable Condition contains(Part left, Token operator, Part right) {
        if (!(left instanceof Part.Single array)
                || !(array.operand() instanceof Operand.Doc || array.operand() instanceof Operand.Lookup)) {
            return none(
                    operator.at(),
                    "`contains` looks into a field of the document",
                    "write " + word(right) + " in " + word(left));
        }
        if (!(right instanceof Part.Single member)) {
            return none(
                    operator.at(),
                    "`contains` asks for one member, not a set",
                    "write a `contains` for each and join them with ||");
        }
        if (isNull(member)) {
            return none(operator.at(), "Firestore never finds null in an array", null);
        }
        if (array.operand() instanceof Operand.Doc field) {
            return new Condition.Contains(field, member.operand());
        }
        // Its members are known before the document is read, as those of a grant are.
        return new Condition.In(member.operand(), new Operand.Values.LookedUp((Operand.Lookup) array.operand()));
    }
}
