package io.firegate.policy.condition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.condition.PolicyValue.Array;
import io.firegate.policy.condition.PolicyValue.Bool;
import io.firegate.policy.condition.PolicyValue.Fields;
import io.firegate.policy.condition.PolicyValue.Int;
import io.firegate.policy.condition.PolicyValue.Null;
import io.firegate.policy.condition.PolicyValue.Real;
import io.firegate.policy.condition.PolicyValue.Text;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What a condition says of a document, by the table in {@code conditions/truth.txt}. True permits, and so does the opposite of false;
 * of what is unknown neither it nor its opposite permits.
 */
class TruthTableTest {
    private static final List<Optional<PolicyValue>> COLUMNS = List.of(
            Optional.empty(),
            Optional.of(Null.NULL),
            Optional.of(new Real(Double.NaN)),
            Optional.of(new Int(1)),
            Optional.of(new Real(1.0)),
            Optional.of(new Int(2)),
            Optional.of(new Text("A")),
            Optional.of(new Text("B")),
            Optional.of(new Bool(true)),
            Optional.of(new Array(List.of(new Int(1)))),
            Optional.of(new Array(List.of(Null.NULL))),
            Optional.of(new Fields(Map.of())));

    /** The one document there is to look up. */
    private static final Map<String, PolicyValue> DOCUMENT = Map.of(
            "one", new Int(1),
            "a", new Text("A"),
            "tags", new Array(List.of(new Text("A"), Null.NULL, new Int(1))),
            "none", new Array(List.of()),
            "null", Null.NULL,
            "nan", new Real(Double.NaN));

    private record Row(String condition, List<String> cells) {}

    @TestFactory
    Stream<DynamicTest> truth() throws IOException {
        List<Row> rows = new ArrayList<>();
        try (InputStream file = TruthTableTest.class.getResourceAsStream("/conditions/truth.txt")) {
            for (String line : new String(requireNonNull(file).readAllBytes(), UTF_8)
                    .lines()
                    .toList()) {
                int bar = line.lastIndexOf(" | ");
                if (!line.startsWith("#") && bar > 0) {
                    rows.add(new Row(
                            line.substring(0, bar).strip(),
                            Arrays.asList(line.substring(bar + 3).strip().split(" "))));
                }
            }
        }
        assertThat(rows).hasSizeGreaterThan(40);
        return rows.stream().map(row -> DynamicTest.dynamicTest(row.condition(), () -> check(row)));
    }

    private static void check(Row row) {
        assertThat(row.cells()).hasSize(COLUMNS.size());
        RowPredicate is = folded(row.condition());
        RowPredicate isNot = folded("!(" + row.condition() + ")");
        List<String> found = new ArrayList<>();
        for (Optional<PolicyValue> stored : COLUMNS) {
            DocumentView document = document(stored.orElse(null));
            boolean permits = is.permits(document);
            boolean opposite = isNot.permits(document);
            found.add(permits ? (opposite ? "both" : "T") : opposite ? "F" : "U");
        }
        assertThat(found).isEqualTo(row.cells());
    }

    private static RowPredicate folded(String text) {
        Reading reading = ConditionReader.read(text, Set.of("id"));
        assertThat(reading).isInstanceOf(Reading.Read.class);
        return ((Reading.Read) reading).condition().fold(new OneCaller(new Facts.Variable.Bound("p1")));
    }

    private static DocumentView document(@Nullable PolicyValue stored) {
        return new DocumentView() {
            @Override
            public @Nullable PolicyValue value(FieldPath path) {
                return switch (path.toString()) {
                    case "f" -> stored;
                    case "one" -> new Int(1);
                    case "some" -> new Array(List.of(Null.NULL, new Real(Double.NaN), new Int(1)));
                    default -> null;
                };
            }

            @Override
            public String id() {
                return "p1";
            }
        };
    }

    /** The caller of the table. */
    record OneCaller(Facts.Variable id) implements Facts {
        @Override
        public PolicyValue caller(Operand.Attribute attribute) {
            return new Text("t1");
        }

        @Override
        public @Nullable PolicyValue claim(String name) {
            return switch (name) {
                case "level" -> new Int(3);
                case "tags" -> new Array(List.of(new Text("A"), new Text("B")));
                case "nulls" -> new Array(List.of(Null.NULL, Null.NULL));
                default -> null;
            };
        }

        @Override
        public @Nullable List<PolicyValue> grant(String name) {
            return switch (name) {
                case "ward" -> List.of(new Text("A"), new Int(1));
                case "none" -> List.of();
                default -> null;
            };
        }

        @Override
        public Variable variable(String name) {
            return id;
        }

        @Override
        public LookedUp lookup(Operand.Lookup lookup) {
            String document = lookup.path().pieces().get(1).toString();
            if (document.contains("unread")) {
                return new LookedUp.Unread("/d/unread");
            }
            PolicyValue value =
                    document.contains("there") ? DOCUMENT.get(lookup.field().toString()) : null;
            return value == null ? LookedUp.Missing.INSTANCE : new LookedUp.Found(value);
        }
    }
}
