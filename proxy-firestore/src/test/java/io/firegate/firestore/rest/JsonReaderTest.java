package io.firegate.firestore.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.firestore.wire.MessageWalk;
import io.firegate.firestore.wire.RandomMessages;
import io.firegate.firestore.wire.TextMessages;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JSON bodies: every case of {@code body-cases.txt}, what a table cannot hold, and random messages against protobuf's own JSON. */
class JsonReaderTest {
    private static final String DOCUMENT = "projects/p/databases/d/documents/c/d";

    @TestFactory
    Stream<DynamicTest> bodies() {
        return RestCases.lines("body-cases.txt").map(line -> DynamicTest.dynamicTest(line, () -> check(line)));
    }

    private static void check(String line) {
        int space = line.indexOf(' ');
        int arrow = line.indexOf(" =>");
        String verb = line.substring(0, space);
        String body = line.substring(Math.min(space + 1, arrow), arrow);
        String expected = line.substring(arrow + 3).strip();
        boolean patch = verb.equals("patch");
        RestTarget target = patch ? RestCases.target("PATCH", "/v1/" + DOCUMENT) : RestCases.verb(verb);
        RestTarget.Encoded encoded = encode(target, body.getBytes(StandardCharsets.UTF_8));

        if (expected.startsWith("! ")) {
            assertThat(describe(encoded)).isEqualTo(expected.substring(2));
            return;
        }
        String text;
        if (patch) {
            text = "document { name: \"" + DOCUMENT + "\" " + expected + " }";
        } else {
            boolean database = target.binding().below() == RestBinding.Below.DATABASE;
            text = (database
                            ? "database: \"projects/p/databases/d\" "
                            : "parent: \"projects/p/databases/d/documents\" ")
                    + expected;
        }
        assertThat(RestCases.message(encoded))
                .isEqualTo(TextMessages.encode(target.method().rpcName() + "Request", text));
    }

    private static RestTarget.Encoded encode(RestTarget target, byte[] body) {
        return target.encode(body, 0, body.length);
    }

    private static String describe(RestTarget.Encoded encoded) {
        return switch (encoded) {
            case RestTarget.Encoded.Frame ignored -> "encoded";
            case RestTarget.Encoded.Invalid(RestProblem problem, @Nullable String place) ->
                problem + (place == null ? "" : " " + place);
        };
    }

    @Test
    void whatATableCannotHold() {
        RestTarget commit = RestCases.verb("commit");
        String nested = "{\"mapValue\":{\"fields\":{\"a\":";
        String deep = "{\"writes\":[{\"update\":{\"fields\":{\"a\":" + nested.repeat(40) + "{}";

        assertThat(describe(encode(commit, "\uFEFF{}".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("BODY_ENCODING");
        assertThat(describe(encode(commit, "{}".getBytes(StandardCharsets.UTF_16))))
                .isEqualTo("BODY_ENCODING");
        assertThat(describe(encode(commit, "{}".getBytes(StandardCharsets.UTF_16LE))))
                .isEqualTo("BODY_ENCODING");
        assertThat(describe(encode(commit, "{}".getBytes(StandardCharsets.UTF_16BE))))
                .isEqualTo("BODY_ENCODING");
        assertThat(describe(encode(commit, new byte[] {'{', '"', (byte) 0xC0, (byte) 0xAF, '"', ':', '1', '}'})))
                .isEqualTo("BODY_ENCODING");
        assertThat(describe(encode(commit, deep.getBytes(StandardCharsets.UTF_8))))
                .startsWith("TOO_DEEP writes[0].update");
        assertThat(describe(encode(commit, ("{\"" + "x".repeat(1501) + "\":1}").getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("TOO_LONG");
        assertThat(describe(encode(
                        RestCases.verb("runQuery"),
                        ("{\"structuredQuery\":{\"limit\":" + "1".repeat(101) + "}}")
                                .getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("TOO_LONG structuredQuery");
        assertThat(describe(encode(RestCases.target("GET", "/v1/" + DOCUMENT), new byte[] {'{', '}'})))
                .isEqualTo("UNEXPECTED_BODY");
    }

    @ParameterizedTest
    @CsvSource({"BatchGetDocuments,batchGet", "RunQuery,runQuery", "Commit,commit"})
    void randomRequestsAreTheBytesAGrpcClientSends(String rpc, String verb) throws InvalidProtocolBufferException {
        RestTarget target = RestCases.verb(verb);
        boolean database = target.binding().below() == RestBinding.Below.DATABASE;
        RandomMessages random = new RandomMessages(20260131);
        MessageSchema schema = MessageSchema.of(rpc + "Request");
        for (int i = 0; i < 1000; i++) {
            DynamicMessage drawn = random.next(rpc + "Request");
            Message message = RandomAnswers.possible(drawn.toBuilder()
                    .setField(
                            drawn.getDescriptorForType().findFieldByNumber(1),
                            database ? "projects/p/databases/d" : "projects/p/databases/d/documents")
                    .build());
            JsonFormat.Printer printer =
                    i % 2 == 0 ? JsonFormat.printer() : JsonFormat.printer().preservingProtoFieldNames();
            String json = printer.print(message);
            RestTarget.Encoded encoded = encode(target, json.getBytes(StandardCharsets.UTF_8));
            assertThat(describe(encoded)).as(json).isEqualTo("encoded");
            byte[] bytes = RestCases.message(encoded);

            assertThat(bytes).as(json).isEqualTo(message.toByteArray());
            MessageWalk walk = MessageWalk.of(schema, bytes, 0, bytes.length);
            assertThat(walk.problem()).as(json).isNull();
            assertThat(walk.ambiguous()).as(json).isFalse();
        }
    }

    @Test
    void brokenJsonIsAnAnswerNotAnException() {
        Random random = new Random(7);
        byte[] json = ("{\"writes\":[{\"update\":{\"name\":\"x\",\"fields\":{\"a\":{\"integerValue\":\"12\"},\"b\":"
                        + "{\"timestampValue\":\"2026-01-31T12:00:00.5Z\"},\"c\":{\"bytesValue\":\"AAA=\"},\"d\":{\"doubleValue\":"
                        + "1.5e3}}},\"currentDocument\":{\"exists\":true}}]}")
                .getBytes(StandardCharsets.UTF_8);
        RestTarget commit = RestCases.verb("commit");
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] broken = json.clone();
            for (int j = random.nextInt(3); j >= 0; j--) {
                broken[random.nextInt(broken.length)] =
                        (byte) (random.nextBoolean() ? json[random.nextInt(json.length)] : random.nextInt());
            }
            refused += encode(commit, broken) instanceof RestTarget.Encoded.Invalid ? 1 : 0;
        }

        assertThat(refused).isBetween(10_000, 19_999);
    }
}
