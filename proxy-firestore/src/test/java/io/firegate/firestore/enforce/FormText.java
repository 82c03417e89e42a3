package io.firegate.firestore.enforce;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The form of a query in one line: {@code a ==, (b > | (c == & d <)); order e desc; sum f; nearest v; cut}. */
final class FormText {
    private FormText() {}

    static @Nullable String of(@Nullable QueryForm form) {
        if (form == null) {
            return null;
        }
        String orders = form.orders().stream()
                .map(order -> order.field() + (order.descending() ? " desc" : " asc"))
                .collect(Collectors.joining(", "));
        return filters(form.where(), ", ")
                + (orders.isEmpty() ? "" : "; order " + orders)
                + (form.summed().isEmpty() ? "" : "; sum " + String.join(", ", form.summed()))
                + (form.nearest() == null ? "" : "; nearest " + form.nearest())
                + (form.cut() ? "; cut" : "");
    }

    private static String filters(List<QueryForm.Filter> filters, String between) {
        return filters.stream()
                .map(filter -> switch (filter) {
                    case QueryForm.Compared(var field, var comparison) -> field + " " + comparison;
                    case QueryForm.Any(var any) -> "(" + filters(any, " | ") + ")";
                    case QueryForm.All(var all) -> "(" + filters(all, " & ") + ")";
                })
                .collect(Collectors.joining(between));
    }
}
