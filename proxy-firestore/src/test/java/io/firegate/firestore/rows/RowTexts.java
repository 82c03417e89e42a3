package io.firegate.firestore.rows;

import io.firegate.policy.condition.Comparison;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import java.util.ArrayList;
import java.util.List;

/**
 * Conditions as case files write them, lists that start with a word: {@code [and, …]}, {@code [or, …]}, {@code [not, …]},
 * {@code [eq, field, value]}, {@code [lt, field, value]}, {@code [in, field, value, …]}, {@code [has, field, value]},
 * {@code [null, field]}, {@code [id, id, …]}, {@code [always]}, {@code [never]}, {@code [open, variable]}.
 */
public final class RowTexts {
    private RowTexts() {}

    /** The condition a list says. */
    public static RowPredicate read(Object text) {
        List<?> words = (List<?>) text;
        List<?> rest = words.subList(1, words.size());
        return switch (String.valueOf(words.get(0))) {
            case "always" -> RowPredicate.Const.TRUE;
            case "never" -> RowPredicate.Const.FALSE;
            case "and" -> new RowPredicate.And(all(rest));
            case "or" -> new RowPredicate.Or(all(rest));
            case "not" -> new RowPredicate.Not(read(rest.get(0)));
            case "eq" -> new RowPredicate.Compare(field(rest), Comparison.EQUAL, value(rest.get(1)));
            case "lt" -> new RowPredicate.Compare(field(rest), Comparison.LESS, value(rest.get(1)));
            case "in" -> new RowPredicate.In(field(rest), values(rest.subList(1, rest.size())));
            case "has" -> new RowPredicate.Contains(field(rest), value(rest.get(1)));
            case "null" -> new RowPredicate.IsNull(field(rest));
            case "id" ->
                new RowPredicate.IdIn(rest.stream().map(String::valueOf).toList());
            case "open" -> new RowPredicate.Open(String.valueOf(rest.get(0)));
            default -> throw new IllegalArgumentException(words.toString());
        };
    }

    private static List<RowPredicate> all(List<?> texts) {
        List<RowPredicate> parts = new ArrayList<>();
        texts.forEach(text -> parts.add(read(text)));
        return parts;
    }

    private static FieldPath field(List<?> rest) {
        return FieldPath.parse(String.valueOf(rest.get(0))).orElseThrow();
    }

    private static List<PolicyValue> values(List<?> texts) {
        return texts.stream().map(RowTexts::value).toList();
    }

    private static PolicyValue value(Object text) {
        return switch (text) {
            case Boolean bool -> new PolicyValue.Bool(bool);
            case Integer number -> new PolicyValue.Int(number);
            case Double number -> new PolicyValue.Real(number);
            default -> new PolicyValue.Text(String.valueOf(text));
        };
    }
}
