package io.firegate.firestore.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.StructuredAggregationQuery;
import com.google.firestore.v1.StructuredQuery;
import com.google.protobuf.TextFormat;
import io.firegate.policy.Obligations.FieldMask;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NamedFieldsTest {
    static Stream<String> cases() {
        return TestDocuments.resource("naming-cases.txt")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aRequestNamesOnlyWhatItsCallerMaySee(String line) throws TextFormat.ParseException {
        List<String> columns =
                Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
        assertThat(columns).hasSize(4);
        NamedField found =
                find(columns.get(0), new NamedFields(VisibleFields.of(mask(columns.get(1)))), columns.get(2));
        assertThat(found == null ? "allowed" : found.place()).isEqualTo(columns.get(3));
        assertThat(find(columns.get(0), new NamedFields(VisibleFields.ALL), columns.get(2)))
                .as("with nothing hidden")
                .isNull();
    }

    private static @Nullable NamedField find(String what, NamedFields fields, String text)
            throws TextFormat.ParseException {
        return switch (what) {
            case "mask" -> fields.selected(TextFormat.parse(text, DocumentMask.class), "mask");
            case "query" -> fields.queried(TextFormat.parse(text, StructuredQuery.class), "structured_query");
            case "aggregation" ->
                fields.aggregated(
                        TextFormat.parse(text, StructuredAggregationQuery.class), "structured_aggregation_query");
            case "order" -> fields.ordered(text, "order_by");
            default -> throw new IllegalArgumentException("unknown: " + what);
        };
    }

    /** {@code hide} or {@code show}, and paths between commas; one in backticks stands alone. */
    private static FieldMask mask(String text) {
        String paths = text.substring(4).strip();
        List<String> list = paths.startsWith("`")
                ? List.of(paths)
                : Arrays.stream(paths.split(",", -1))
                        .map(String::strip)
                        .filter(path -> !path.isEmpty())
                        .toList();
        return text.startsWith("show") ? TestDocuments.show(list) : TestDocuments.hide(list);
    }

    @Test
    void thePathIsTheClientsOwnAndIsNotPrinted() {
        NamedField found = new NamedFields(VisibleFields.of(TestDocuments.hide(List.of("ssn"))))
                .selected(DocumentMask.newBuilder().addFieldPaths("`ssn`.a").build(), "mask");
        assertThat(found).isEqualTo(new NamedField("mask.field_paths[0]", "`ssn`.a"));
        assertThat(found).asString().isEqualTo("NamedField[mask.field_paths[0]]");
    }

    /** A status has little room. */
    @Test
    void aLongPathIsNotSaidAgain() {
        String path = "a".repeat(100);
        assertThat(new NamedField("mask", path).words()).isEqualTo("mask is " + path);
        assertThat(new NamedField("mask", path + "b").words()).isEqualTo("mask");
    }

    /** A request has megabytes for it, and the event loop a small stack. */
    @Test
    void aLongOrderIsRead() {
        NamedFields fields = new NamedFields(VisibleFields.of(TestDocuments.hide(List.of("ssn"))));
        String name = "a".repeat(1_500);
        for (String order : List.of(name, "`" + name + "` desc", "a,".repeat(98) + "b")) {
            assertThat(fields.ordered(order, "order_by")).isNull();
            assertThat(fields.ordered(order + ",ssn", "order_by")).isEqualTo(new NamedField("order_by", "ssn"));
        }
        String endless = "a,".repeat(200_000) + "b";
        assertThat(fields.ordered(endless, "order_by")).isEqualTo(new NamedField("order_by", endless));
    }
}
