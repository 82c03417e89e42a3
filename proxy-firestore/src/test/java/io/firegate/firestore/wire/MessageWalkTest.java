package io.firegate.firestore.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.GetDocumentRequest;
import com.google.firestore.v1.RunQueryRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The walk against attacks, against mutations and against two decoders. */
class MessageWalkTest {
    private static final Map<String, Parser<? extends Message>> PARSERS = Map.of(
            "GetDocumentRequest", GetDocumentRequest.parser(),
            "BatchGetDocumentsRequest", BatchGetDocumentsRequest.parser(),
            "RunQueryRequest", RunQueryRequest.parser(),
            "CommitRequest", CommitRequest.parser());
    private static final Map<String, MessageSchema> SCHEMAS = Map.of(
            "GetDocumentRequest", MessageSchema.of("GetDocumentRequest"),
            "BatchGetDocumentsRequest", MessageSchema.of("BatchGetDocumentsRequest"),
            "RunQueryRequest", MessageSchema.of("RunQueryRequest"),
            "CommitRequest", MessageSchema.of("CommitRequest"));

    private static Parser<? extends Message> parser(String name) {
        return Objects.requireNonNull(PARSERS.get(name), name);
    }

    private static MessageSchema schema(String name) {
        return Objects.requireNonNull(SCHEMAS.get(name), name);
    }

    /** One line of {@code walk-cases.txt}: message | bytes in hexadecimal | verdict and place | why. */
    record Case(String message, String bytes, String verdict, String why) {
        @Override
        public String toString() {
            return why;
        }
    }

    static List<Case> cases() throws IOException {
        return CaseFile.rows("walk-cases.txt").stream()
                .map(columns -> new Case(
                        columns.get(0) + "Request", columns.get(1).replace(" ", ""), columns.get(2), columns.get(3)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void cases(Case given) {
        assertThat(verdict(walk(given.message(), HexFormat.of().parseHex(given.bytes()))))
                .isEqualTo(given.verdict());
    }

    @Test
    void nestingIsBounded() {
        // where { composite_filter { filters { composite_filter { ... } } } }: two levels each, query and where before.
        assertThat(verdict(walk("RunQueryRequest", filters(31)))).isEqualTo("clear");
        MessageWalk deep = walk("RunQueryRequest", filters(32));
        assertThat(deep.problem()).isEqualTo(WireProblem.TOO_DEEP);
        assertThat(deep.problemPlace())
                .isEqualTo("structured_query.where" + ".composite_filter.filters[0]".repeat(31) + ".composite_filter");
        assertThat(walk("RunQueryRequest", filters(2_000)).problem()).isEqualTo(WireProblem.TOO_DEEP);
    }

    @Test
    void manyChosenKeysCostNoMoreThanOthers() {
        // "Aa" and "BB" have one hash code, and so have all texts made of them: 2^16 keys in one bucket.
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        for (int key = 0; key < 1 << 16; key++) {
            StringBuilder text = new StringBuilder();
            for (int bit = 0; bit < 16; bit++) {
                text.append((key >> bit & 1) == 0 ? "Aa" : "BB");
            }
            fields.writeBytes(delimited(2, concat(delimited(1, bytes(text.toString())), delimited(2, new byte[0]))));
        }
        byte[] unique = delimited(2, delimited(1, fields.toByteArray()));
        byte[] again = delimited(2, concat(delimited(1, bytes("Aa".repeat(16))), delimited(2, new byte[0])));
        byte[] twice = delimited(2, delimited(1, concat(fields.toByteArray(), again)));

        assertThat(verdict(walk("CommitRequest", unique))).isEqualTo("clear");
        assertThat(verdict(walk("CommitRequest", twice))).isEqualTo("ambiguous");
    }

    @Test
    void tenMebibytesOfOneByteWrites() {
        byte[] body = new byte[10 << 20];
        for (int i = 0; i < body.length; i += 2) {
            body[i] = 2 << 3 | 2;
        }
        assertThat(verdict(walk("CommitRequest", body))).isEqualTo("clear");
        body[body.length - 1] = 1;
        assertThat(verdict(walk("CommitRequest", body))).isEqualTo("MALFORMED writes[" + (body.length / 2 - 1) + "]");
    }

    @Test
    void onlyAMessageThatPassedCanBeRead() {
        MessageWalk broken = walk("GetDocumentRequest", new byte[] {0x0a});
        assertThatThrownBy(broken::fields).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatIsClearReadsTheSameToEverybody() throws InvalidProtocolBufferException {
        for (String name : SCHEMAS.keySet()) {
            RandomMessages messages = new RandomMessages(name.hashCode());
            for (int i = 0; i < 1_000; i++) {
                byte[] bytes = messages.next(name).toByteArray();
                assertThat(verdict(walk(name, bytes))).isEqualTo("clear");
                assertSame(name, bytes);
            }
        }
    }

    @Test
    void mutationsNeverThrowAndTheClearOnesReadTheSame() throws InvalidProtocolBufferException {
        Random random = new Random(20261122);
        int clear = 0;
        int ambiguous = 0;
        for (String name : SCHEMAS.keySet()) {
            RandomMessages messages = new RandomMessages(7L * name.hashCode());
            for (int i = 0; i < 10_000; i++) {
                byte[] bytes = mutate(messages.next(name).toByteArray(), random);
                MessageWalk walk = walk(name, bytes);
                if (walk.problem() != null) {
                    // The place is drawn from bytes that are wrong; it may not fail on them.
                    assertThat(walk.problemPlace()).isNotEmpty();
                } else if (walk.ambiguous()) {
                    ambiguous++;
                    parser(name).parseFrom(bytes);
                } else {
                    clear++;
                    assertSame(name, bytes);
                }
            }
        }
        assertThat(clear).isGreaterThan(1_000);
        assertThat(ambiguous).isGreaterThan(100);
    }

    @Test
    void randomBytesNeverThrow() {
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[random.nextInt(24)];
            random.nextBytes(bytes);
            for (String name : SCHEMAS.keySet()) {
                MessageWalk walk = walk(name, bytes);
                assertThat(walk.problem() == null || walk.problemPlace() != null)
                        .isTrue();
            }
        }
    }

    /** The generated decoder and the dynamic one see the same, nothing unknown, and writing it again changes nothing. */
    private static void assertSame(String name, byte[] bytes) throws InvalidProtocolBufferException {
        Message generated = parser(name).parseFrom(bytes);
        DynamicMessage dynamic = TextMessages.decode(name, bytes);
        assertNothingUnknown(dynamic);
        byte[] written = generated.toByteArray();
        assertThat(TextMessages.decode(name, written)).isEqualTo(dynamic);
        assertThat(parser(name).parseFrom(written)).isEqualTo(generated);
        assertThat(parser(name).parseFrom(dynamic.toByteArray())).isEqualTo(generated);
        // A decoder that reads from the end, so that the first of two wins, would see the same names.
        List<String> walked = new ArrayList<>();
        MessageWalk walk = walk(name, bytes);
        for (int i = 0; i < walk.references(); i++) {
            walked.add(new String(
                    bytes,
                    walk.referenceStart(i),
                    walk.referenceEnd(i) - walk.referenceStart(i),
                    StandardCharsets.UTF_8));
        }
        List<String> decoded = new ArrayList<>();
        references(dynamic, decoded);
        assertThat(walked).containsExactlyInAnyOrderElementsOf(decoded);
    }

    private static void assertNothingUnknown(Message message) {
        assertThat(message.getUnknownFields()).isEqualTo(UnknownFieldSet.getDefaultInstance());
        message.getAllFields().forEach((field, value) -> {
            for (Object one : value instanceof List<?> list ? list : List.of(value)) {
                if (one instanceof Message inner) {
                    assertNothingUnknown(inner);
                }
            }
        });
    }

    private static void references(Message message, List<String> found) {
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            for (Object one : field.getValue() instanceof List<?> list ? list : List.of(field.getValue())) {
                if (one instanceof Message inner) {
                    references(inner, found);
                } else if (field.getKey().getName().equals("reference_value")) {
                    found.add((String) one);
                }
            }
        }
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        byte[] mutated = bytes.clone();
        for (int times = random.nextInt(3); times >= 0 && mutated.length > 0; times--) {
            int at = random.nextInt(mutated.length);
            switch (random.nextInt(5)) {
                case 0 -> mutated[at] = (byte) random.nextInt(256);
                case 1 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> mutated = Arrays.copyOf(mutated, at);
                case 3 -> mutated = concat(mutated, Arrays.copyOfRange(mutated, at, mutated.length));
                default -> {
                    int from = Math.min(at, random.nextInt(mutated.length));
                    mutated = concat(Arrays.copyOf(mutated, from), Arrays.copyOfRange(mutated, at, mutated.length));
                }
            }
        }
        return mutated;
    }

    private static MessageWalk walk(String name, byte[] bytes) {
        // Between other bytes, so that reading past either end would show.
        byte[] padded = new byte[bytes.length + 5];
        Arrays.fill(padded, (byte) 0x12);
        System.arraycopy(bytes, 0, padded, 0, bytes.length);
        MessageWalk walk = MessageWalk.of(schema(name), padded, 0, bytes.length);
        MessageWalk exact = MessageWalk.of(schema(name), bytes, 0, bytes.length);
        assertThat(verdict(exact)).isEqualTo(verdict(walk));
        return walk;
    }

    private static String verdict(MessageWalk walk) {
        if (walk.problem() != null) {
            return walk.problem() + " " + walk.problemPlace();
        }
        return walk.ambiguous() ? "ambiguous" : "clear";
    }

    private static byte[] filters(int levels) {
        byte[] filter = new byte[0];
        for (int i = 0; i < levels; i++) {
            filter = delimited(1, i == 0 ? filter : delimited(2, filter));
        }
        return delimited(2, delimited(3, filter));
    }

    private static byte[] delimited(int number, byte[] content) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        number,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFrom(content))
                                .build())
                .build()
                .toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
