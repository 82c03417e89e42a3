package io.firegate.policy.condition;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Says conditions, predicates and values in the words of a policy. */
final class Wording {
    /** Members of a list that are told; a grant may have very many. */
    private static final int MEMBERS_MAX = 20;

    private Wording() {}

    static String of(Condition condition) {
        return switch (condition) {
            case Condition.And and -> all(and.parts(), part -> part instanceof Condition.Or, Wording::of);
            case Condition.Or or -> any(or.parts(), Wording::of);
            case Condition.Not(Condition.IsNull(var field)) -> of(field) + " != null";
            case Condition.Not not -> "!(" + of(not.part()) + ")";
            case Condition.Compare compare ->
                of(compare.left()) + " " + compare.comparison().symbol() + " " + of(compare.right());
            case Condition.In in -> of(in.element()) + " in " + of(in.values());
            case Condition.Contains contains -> of(contains.array()) + " contains " + of(contains.member());
            case Condition.IsNull isNull -> of(isNull.field()) + " == null";
        };
    }

    static String of(Operand operand) {
        return switch (operand) {
            case Operand.Doc doc -> field(doc.field());
            case Operand.Literal literal -> of(literal.value());
            case Operand.Caller caller -> "caller." + caller.attribute().word();
            case Operand.Claim claim -> claim(claim.name());
            case Operand.Variable variable -> variable.name();
            case Operand.Lookup lookup -> of(lookup);
        };
    }

    private static String of(Operand.Lookup lookup) {
        StringBuilder out = new StringBuilder(ConditionReader.LOOKUP).append('(');
        for (LookupPath.Piece piece : lookup.path().pieces()) {
            out.append('/')
                    .append(
                            switch (piece) {
                                case LookupPath.Piece.Id id -> id.id();
                                case LookupPath.Piece.Known known -> "{" + of(known.operand()) + "}";
                                case LookupPath.Piece.Granted granted ->
                                    "{" + of(new Operand.Values.Grant(granted.name())) + "}";
                            });
        }
        return out.append(").").append(lookup.field()).toString();
    }

    static String of(Operand.Values values) {
        return switch (values) {
            case Operand.Values.Listed listed ->
                listed.elements().stream().map(Wording::of).collect(Collectors.joining(", ", "[", "]"));
            case Operand.Values.Grant grant -> "grant." + FieldPath.of(grant.name());
            case Operand.Values.Claim claim -> claim(claim.name());
            case Operand.Values.LookedUp lookedUp -> of(lookedUp.lookup());
        };
    }

    private static String claim(String name) {
        return "caller.claims." + FieldPath.of(name);
    }

    private static String field(FieldPath field) {
        return "doc." + field;
    }

    static String of(RowPredicate predicate) {
        return switch (predicate) {
            case RowPredicate.Const constant -> constant.value() ? "every document" : "no document";
            case RowPredicate.And and -> all(and.parts(), part -> part instanceof RowPredicate.Or, Wording::of);
            case RowPredicate.Or or -> any(or.parts(), Wording::of);
            case RowPredicate.Not(RowPredicate.IsNull(var field)) -> field(field) + " != null";
            case RowPredicate.Not not -> "!(" + of(not.part()) + ")";
            case RowPredicate.Compare compare ->
                field(compare.field()) + " " + compare.comparison().symbol() + " " + of(compare.value());
            case RowPredicate.CompareFields compare ->
                field(compare.left()) + " " + compare.comparison().symbol() + " " + field(compare.right());
            case RowPredicate.In in -> field(in.field()) + " in " + some(in.values(), Wording::of);
            case RowPredicate.Contains contains -> field(contains.array()) + " contains " + of(contains.member());
            case RowPredicate.ContainsField contains ->
                field(contains.array()) + " contains " + field(contains.member());
            case RowPredicate.IsNull isNull -> field(isNull.field()) + " == null";
            case RowPredicate.IdIn idIn -> "the document's id in " + some(idIn.ids(), Wording::text);
            case RowPredicate.Awaits awaits ->
                of(awaits.clause()) + " (reads " + String.join(", ", awaits.documents()) + ")";
            case RowPredicate.Open open -> "a comparison with {" + open.variable() + "}, which the request leaves open";
        };
    }

    private static <T> String all(List<T> parts, Function<T, Boolean> loose, Function<T, String> word) {
        return parts.stream()
                .map(part -> loose.apply(part) ? "(" + word.apply(part) + ")" : word.apply(part))
                .collect(Collectors.joining(" && "));
    }

    private static <T> String any(List<T> parts, Function<T, String> word) {
        return parts.stream().map(word).collect(Collectors.joining(" || "));
    }

    private static <T> String some(List<T> members, Function<T, String> word) {
        String shown = members.stream().limit(MEMBERS_MAX).map(word).collect(Collectors.joining(", "));
        int more = members.size() - MEMBERS_MAX;
        return "[" + shown + (more > 0 ? ", and " + more + " more" : "") + "]";
    }

    static String of(PolicyValue value) {
        return switch (value) {
            case PolicyValue.Null.NULL -> "null";
            case PolicyValue.Bool bool -> String.valueOf(bool.value());
            case PolicyValue.Int number -> String.valueOf(number.value());
            case PolicyValue.Real number -> String.valueOf(number.value());
            case PolicyValue.Text text -> text(text.value());
            case PolicyValue.Array array -> some(array.elements(), Wording::of);
            case PolicyValue.Reference reference -> "the reference " + text(reference.name());
            case PolicyValue.Time time -> "a time";
            case PolicyValue.Bytes bytes -> "bytes";
            case PolicyValue.Point point -> "a point";
            case PolicyValue.Vector vector -> "a vector";
            case PolicyValue.Fields map -> "a map";
        };
    }

    /** As {@link Lexer} reads it. */
    private static String text(String value) {
        StringBuilder out = new StringBuilder(value.length() + 2).append('\'');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\'', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('\'').toString();
    }
}
