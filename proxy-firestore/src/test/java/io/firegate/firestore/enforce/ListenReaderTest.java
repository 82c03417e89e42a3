package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firegate.firestore.wire.TextMessages;
import io.firegate.policy.Access;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What is read of one message of a Listen stream: {@code listen-messages.yaml}. */
class ListenReaderTest {
    private static final String DATABASE = "projects/p/databases/(default)";

    /**
     * A message and what is read of it.
     *
     * @param append what stands behind it, in hexadecimal digits
     * @param documents so many names of documents stand in the place of {@code {many}}
     * @param partsMax most parts of a message
     */
    record Row(String name, String message, String append, int documents, int partsMax, String reads) {
        @Override
        public String toString() {
            return name;
        }

        byte[] bytes() {
            String text = message.replace("{many}", "documents: \"{docs}/a/b\" ".repeat(documents))
                    .replace("{db}", DATABASE)
                    .replace("{docs}", DATABASE + "/documents")
                    .replace("{other}", "projects/p/databases/other/documents");
            return ByteString.copyFrom(TextMessages.encode("ListenRequest", text))
                    .concat(ByteString.copyFrom(HexFormat.of().parseHex(append.replace(" ", ""))))
                    .toByteArray();
        }
    }

    @SuppressWarnings("unchecked") // a file of another shape fails here
    static List<Row> rows() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ListenReaderTest.class.getResourceAsStream("/listen-messages.yaml"))) {
            List<Row> rows = new ArrayList<>();
            for (Object each : (List<Object>) new Load(LoadSettings.builder().build()).loadFromInputStream(in)) {
                Map<String, Object> keys = (Map<String, Object>) each;
                rows.add(new Row(
                        (String) Objects.requireNonNull(keys.get("name")),
                        (String) Objects.requireNonNull(keys.get("message")),
                        String.valueOf(keys.getOrDefault("append", "")),
                        (Integer) keys.getOrDefault("documents", 0),
                        (Integer) keys.getOrDefault("parts", TestHandles.PARTS_MAX),
                        (String) Objects.requireNonNull(keys.get("reads"))));
            }
            return rows;
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void isReadSo(Row row) {
        ListenReader reader = new ListenReader(new Names(), row.partsMax());
        ListenReader.Asked asked = reader.read(row.bytes(), new Handles(TestHandles.SEALER, TestHandles.CALLER));
        assertThat(text(asked)).isEqualTo(row.reads());
    }

    private static String text(ListenReader.Asked asked) {
        return switch (asked) {
            case ListenReader.Asked.Add(var ask) ->
                "add " + ask.id() + ", items " + ask.kept().items() + ": "
                        + ask.accesses().stream().map(ListenReaderTest::text).collect(Collectors.joining(", "));
            case ListenReader.Asked.Remove(int target) -> "remove " + target;
            case ListenReader.Asked.Unreadable(int target, var problem, var place) ->
                "unreadable " + target + " " + problem + (place == null ? "" : " " + place);
            case ListenReader.Asked.Invalid(var problem, var place) ->
                "invalid " + problem + (place == null ? "" : " " + place);
        };
    }

    private static String text(Access access) {
        return access.operation().name().toLowerCase(Locale.ROOT) + " " + access.resource()
                + (access.history() ? " history" : "");
    }
}
