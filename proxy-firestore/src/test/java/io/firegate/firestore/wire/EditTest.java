package io.firegate.firestore.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EditTest {
    private static final int PREFIX_BYTES = 5;

    /** Whatever else stands in the message: what was spliced parses to the original but for exactly the field. */
    @ParameterizedTest
    @CsvSource({
        "CommitRequest, transaction",
        "GetDocumentRequest, transaction",
        "ListDocumentsRequest, page_token",
        "RunQueryRequest, new_transaction",
        "CreateDocumentRequest, document_id",
    })
    void changesOneFieldAndNothingElse(String type, String fieldName) throws InvalidProtocolBufferException {
        RandomMessages messages = new RandomMessages(type.hashCode());
        Random random = new Random(7);
        FieldDescriptor field = TextMessages.descriptor(type).findFieldByName(fieldName);
        for (int i = 0; i < 300; i++) {
            DynamicMessage.Builder builder = messages.next(type).toBuilder();
            if (field.getRealContainingOneof() != null) {
                builder.clearOneof(field.getRealContainingOneof());
            }
            DynamicMessage without = builder.clearField(field).build();
            byte[] old = new byte[random.nextInt(300)];
            byte[] replacement = new byte[random.nextInt(20_000)];
            byte[] first = without.toByteArray();
            // The field in the middle, wherever the encoder would have put it, and bytes of others around the message.
            byte[] message = concatenate(new byte[3], first, field(field.getNumber(), old), first, new byte[2]);
            int end = message.length - 2;
            FieldCursor cursor = new FieldCursor(message, 3, end);
            Field found = null;
            while (cursor.next()) {
                if (cursor.tagAt() == 3 + first.length) {
                    found = cursor.field();
                }
            }

            Field changed = Objects.requireNonNull(found);
            assertThat(Edit.frame(message, 3, end, List.of(Edit.replace(changed, replacement))))
                    .isEqualTo(frame(concatenate(first, field(field.getNumber(), replacement), first)));
            assertThat(Edit.frame(message, 3, end, List.of(Edit.remove(changed))))
                    .isEqualTo(frame(concatenate(first, first)));
            byte[] inserted = Edit.frame(message, 3, end, List.of(Edit.insert(end, 60, "text"), Edit.remove(changed)));
            assertThat(inserted)
                    .isEqualTo(frame(concatenate(first, first, field(60, "text".getBytes(StandardCharsets.UTF_8)))));
            assertThat(TextMessages.decode(type, Arrays.copyOfRange(message, 3, 3 + first.length)))
                    .isEqualTo(without);
        }
    }

    /** A commit as large as Firestore takes, with thousands of writes: every byte but the transaction's is the client's. */
    @Test
    void aLargeMessageIsIntact() throws InvalidProtocolBufferException {
        StringBuilder text = new StringBuilder("database: \"projects/p/databases/d\" transaction: \"sealed\"");
        String content = "x".repeat(2_050);
        for (int i = 0; i < 5_000; i++) {
            text.append(" writes { update { name: \"projects/p/databases/d/documents/c/d")
                    .append(i)
                    .append("\" fields { key: \"f\" value { string_value: \"")
                    .append(content)
                    .append("\" } } } }");
        }
        byte[] message = TextMessages.encode("CommitRequest", text.toString());
        assertThat(message.length).isGreaterThan(10 << 20);
        MessageWalk walk =
                MessageWalk.of(MessageSchema.of("CommitRequest", Set.of("transaction")), message, 0, message.length);
        Field transaction = null;
        FieldCursor cursor = walk.fields();
        while (cursor.next()) {
            transaction = cursor.number() == 3 ? cursor.field() : transaction;
        }

        byte[] frame = Edit.frame(
                message, 0, message.length, List.of(Edit.replace(Objects.requireNonNull(transaction), new byte[] {
                    'u', 'p'
                })));

        assertThat(ByteBuffer.wrap(frame, 1, Integer.BYTES).getInt()).isEqualTo(frame.length - PREFIX_BYTES);
        DynamicMessage expected = TextMessages.decode("CommitRequest", message);
        FieldDescriptor field = expected.getDescriptorForType().findFieldByNumber(3);
        assertThat(TextMessages.decode("CommitRequest", Arrays.copyOfRange(frame, PREFIX_BYTES, frame.length)))
                .isEqualTo(expected.toBuilder()
                        .setField(field, ByteString.copyFromUtf8("up"))
                        .build());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384})
    void whatIsWrittenFromTheEndIsAsAnEncoderWritesIt(int length) {
        TailWriter writer = new TailWriter(length + 10);
        writer.copy(new byte[length], 0, length);
        writer.delimit(5, 0);
        assertThat(writer.bytes()).isEqualTo(field(5, new byte[length]));
    }

    @Test
    void overlappingEditsAreAMistake() {
        byte[] message = field(1, new byte[3]);
        Field field = new Field(1, 0, 2, 5);

        assertThatThrownBy(() ->
                        Edit.frame(message, 0, 5, new ArrayList<>(List.of(Edit.remove(field), Edit.remove(field)))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Edit.frame(message, 0, 4, List.of(Edit.remove(field))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** A handle stands only where a reader says it opens it. */
    @ParameterizedTest
    @ValueSource(strings = {"transaction: \"x\"", "new_transaction { read_write { retry_transaction: \"x\" } }"})
    void aHandleNobodyOpensIsRefused(String text) {
        byte[] message = TextMessages.encode("RunQueryRequest", text);
        Set<String> all = Set.of("transaction", "new_transaction", "retry_transaction");

        assertThat(problem(message, all)).isNull();
        for (String missing : all) {
            Set<String> some = new HashSet<>(all);
            some.remove(missing);
            assertThat(problem(message, some))
                    .isEqualTo(text.matches("(.* )?" + missing + "(:| \\{).*") ? WireProblem.HANDLE : null);
        }
        assertThat(problem(message, Set.of())).isEqualTo(WireProblem.HANDLE);
    }

    private static @Nullable WireProblem problem(byte[] message, Set<String> handles) {
        return MessageWalk.of(MessageSchema.of("RunQueryRequest", handles), message, 0, message.length)
                .problem();
    }

    private static byte[] field(int number, byte[] content) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        number,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFrom(content))
                                .build())
                .build()
                .toByteArray();
    }

    private static byte[] frame(byte[] message) {
        return ByteBuffer.allocate(PREFIX_BYTES + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }

    private static byte[] concatenate(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
