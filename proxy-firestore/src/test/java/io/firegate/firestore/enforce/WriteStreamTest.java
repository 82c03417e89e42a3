package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.WriteResponse;
import com.google.firestore.v1.WriteResult;
import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import io.firegate.firestore.handle.SealedStreamToken;
import io.firegate.firestore.handle.SealedTransaction;
import io.firegate.firestore.wire.TextMessages;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Lookups;
import io.firegate.policy.Principal;
import io.firegate.policy.ResourcePath;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Write streams message by message ({@code write-streams.yaml}), and what the table cannot say. */
class WriteStreamTest {
    private static final String ID = "stream";
    private static final DatabaseName DATABASE = new DatabaseName("p", "(default)");
    private static final Pattern TOKEN = Pattern.compile("\\{token(?::([a-z]+|[0-9]+))?}");
    private static final CommitResponse COMMITTED = CommitResponse.newBuilder()
            .addWriteResults(WriteResult.newBuilder()
                    .setUpdateTime(Timestamp.newBuilder().setSeconds(5))
                    .addTransformResults(Value.newBuilder().setIntegerValue(3)))
            .addWriteResults(WriteResult.getDefaultInstance())
            .setCommitTime(Timestamp.newBuilder().setSeconds(6))
            .build();

    private final Enforcer enforcer = new Enforcer(TestHandles.SEALER, TestHandles.PARTS_MAX);
    private final List<ByteString> tokens = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();

    record Conversation(String name, Map<String, String> denies, List<Map<String, Object>> messages) {
        @Override
        public String toString() {
            return name;
        }
    }

    @SuppressWarnings("unchecked") // a file of another shape fails here
    static List<Conversation> conversations() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(WriteStreamTest.class.getResourceAsStream("/write-streams.yaml"))) {
            List<Conversation> conversations = new ArrayList<>();
            for (Object each : (List<Object>) new Load(LoadSettings.builder().build()).loadFromInputStream(in)) {
                Map<String, Object> keys = (Map<String, Object>) each;
                conversations.add(new Conversation(
                        text(keys, "name"),
                        (Map<String, String>) keys.getOrDefault("denies", Map.of()),
                        (List<Map<String, Object>>) Objects.requireNonNull(keys.get("messages"))));
            }
            return conversations;
        }
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void goesAsItShould(Conversation conversation) throws Exception {
        WriteStream stream = enforcer.writeStream(TestHandles.CALLER, ID, null, null);
        for (Map<String, Object> message : conversation.messages()) {
            asked.clear();
            WriteStream.Turn turn = stream.next(
                    message(message),
                    new TestCaller((database, accesses) -> decide(conversation, accesses)),
                    TestRefusals.INSTANCE);
            switch (turn) {
                case WriteStream.Turn.Goodbye(byte[] answer) -> {
                    assertThat(message).containsKey("leaves");
                    assertThat(response(answer)).isEqualTo(WriteResponse.getDefaultInstance());
                }
                case WriteStream.Turn.Judged(Admission.Answered answered) -> {
                    assertThat(message).containsKey("opens");
                    assertThat(answered.database()).isEqualTo(DATABASE);
                    assertThat(answered.permit()).isNotNull();
                    assertThat(response(answered.message()))
                            .isEqualTo(
                                    WriteResponse.newBuilder().setStreamId(ID).build());
                }
                case WriteStream.Turn.Judged(Admission.Admitted admitted) -> {
                    assertThat(message).containsKey("commits");
                    assertThat(commit(admitted.call()))
                            .isEqualTo(TextMessages.decode(
                                    "CommitRequest",
                                    TextMessages.encode("CommitRequest", fill(text(message, "commits")))));
                    assertThat(asked).isEqualTo(message.get("accesses"));
                    assertThat(response(Objects.requireNonNull(stream.answer(COMMITTED.toByteArray()))))
                            .isEqualTo(WriteResponse.newBuilder()
                                    .addAllWriteResults(COMMITTED.getWriteResultsList())
                                    .setCommitTime(COMMITTED.getCommitTime())
                                    .build());
                }
                case WriteStream.Turn.Judged(Admission.Invalid(var problem, var place)) ->
                    assertThat(place == null ? problem.name() : problem.name() + " " + place)
                            .isEqualTo(message.get("invalid"));
                case WriteStream.Turn.Judged(Admission.Denied denied) ->
                    assertThat(denied.deny().reason().name()).isEqualTo(message.get("denied"));
                case WriteStream.Turn.Judged(Admission.Guarded guarded) ->
                    throw new AssertionError("guarded without a condition: " + guarded);
            }
        }
    }

    @Test
    void everythingUsesTheCredentialItWasOpenedWith() {
        List<@Nullable String> credentials = new ArrayList<>();
        Caller caller = new Caller() {
            @Override
            public Caller apart() {
                return this;
            }

            @Override
            public Principal principal() {
                return TestHandles.CALLER;
            }

            @Override
            public Decision.Settled decide(DatabaseName database, List<Access> accesses, @Nullable String credential) {
                credentials.add(credential);
                return TestCaller.permit(accesses);
            }

            @Override
            public boolean opens(String tier, ResourcePath parent, String collectionId, boolean history) {
                return true;
            }

            @Override
            public Set<ResourcePath> needed() {
                return Set.of();
            }

            @Override
            public Caller with(Lookups lookups) {
                return this;
            }
        };
        WriteStream stream = enforcer.writeStream(TestHandles.CALLER, ID, null, null);
        stream.next(message(Map.of("send", "database: \"{db}\"")), caller, TestRefusals.INSTANCE);
        for (int i = 0; i < 2; i++) {
            WriteStream.Turn turn = stream.next(
                    message(Map.of("send", "writes { delete: \"{docs}/a/b\" }")), caller, TestRefusals.INSTANCE);
            assertThat(turn)
                    .isInstanceOfSatisfying(
                            WriteStream.Turn.Judged.class,
                            judged -> ((Admission.Admitted) judged.admission())
                                    .call()
                                    .release());
            stream.answer(COMMITTED.toByteArray());
        }
        assertThat(credentials).containsExactly(null, TestCaller.CREDENTIAL, TestCaller.CREDENTIAL);
    }

    /** What Firestore has learnt to say since is nothing anybody has judged. */
    @Test
    void anAnswerHoldsNothingUnknownAndNothingThatIsNone() throws Exception {
        WriteStream stream = enforcer.writeStream(TestHandles.CALLER, ID, null, null);
        stream.next(message(Map.of("send", "database: \"{db}\"")), TestCaller.PERMITTED, TestRefusals.INSTANCE);
        tokens.add(ByteString.EMPTY);
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
                .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        byte[] answer = stream.answer(COMMITTED.toBuilder()
                .setUnknownFields(unknown)
                .setWriteResults(0, COMMITTED.getWriteResults(0).toBuilder().setUnknownFields(unknown))
                .build()
                .toByteArray());
        assertThat(response(Objects.requireNonNull(answer)))
                .isEqualTo(WriteResponse.newBuilder()
                        .addAllWriteResults(COMMITTED.getWriteResultsList())
                        .setCommitTime(COMMITTED.getCommitTime())
                        .build());
        assertThat(stream.answer(new byte[] {0x0a})).isNull();
    }

    private Decision.Settled decide(Conversation conversation, List<Access> accesses) {
        String handshake = conversation.denies().get("handshake");
        if (accesses.isEmpty() && handshake != null) {
            return new Decision.Deny(DenyReason.valueOf(handshake), null, null, null);
        }
        for (Access access : accesses) {
            String text = access.operation().name().toLowerCase(Locale.ROOT) + " " + access.resource();
            asked.add(text);
            String reason = conversation.denies().get(text);
            if (reason != null) {
                return new Decision.Deny(DenyReason.valueOf(reason), access, null, null);
            }
        }
        return TestCaller.permit(accesses);
    }

    /** An answer without its token, which is remembered. */
    private WriteResponse response(byte[] bytes) throws IOException {
        WriteResponse response = WriteResponse.parseFrom(bytes);
        assertThat(open(response.getStreamToken())).isEqualTo(new SealedStreamToken(tokens.size()));
        tokens.add(response.getStreamToken());
        return response.toBuilder().clearStreamToken().build();
    }

    private static @Nullable SealedStreamToken open(ByteString token) {
        return SealedStreamToken.open(TestHandles.SEALER, token.toByteArray(), TestHandles.CALLER, DATABASE, ID);
    }

    private static Object commit(PermittedCall call) throws IOException {
        assertThat(call.method().rpcName()).isEqualTo("Commit");
        assertThat(call.database()).isEqualTo(DATABASE);
        ByteBuf body = call.takeBody();
        byte[] frame = ByteBufUtil.getBytes(body);
        body.release();
        assertThat(body.refCnt()).isZero();
        byte[] message = java.util.Arrays.copyOfRange(frame, 5, frame.length);
        assertThat(frame)
                .startsWith(0, message.length >> 24, message.length >> 16, message.length >> 8, message.length);
        return TextMessages.decode("CommitRequest", message);
    }

    private byte[] message(Map<String, ?> keys) {
        ByteString sent = ByteString.copyFrom(TextMessages.encode("WriteRequest", fill(text(keys, "send"))));
        String append = String.valueOf(keys.containsKey("append") ? keys.get("append") : "");
        return sent.concat(ByteString.copyFrom(HexFormat.of().parseHex(append.replace(" ", ""))))
                .toByteArray();
    }

    private static String text(Map<String, ?> keys, String key) {
        return (String) Objects.requireNonNull(keys.get(key), key);
    }

    private String fill(String text) {
        Matcher matcher = TOKEN.matcher(text.replace("{db}", DATABASE.resourceName())
                .replace("{docs}", DATABASE.resourceName() + "/documents"));
        StringBuilder filled = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(
                    filled,
                    Matcher.quoteReplacement(
                            TextFormat.escapeBytes(token(Objects.requireNonNullElse(matcher.group(1), "")))));
        }
        return matcher.appendTail(filled).toString();
    }

    private ByteString token(String which) {
        SealedStreamToken first = new SealedStreamToken(0);
        return switch (which) {
            case "" -> tokens.get(tokens.size() - 1);
            case "ahead" ->
                new SealedStreamToken(tokens.size()).seal(TestHandles.SEALER, TestHandles.CALLER, DATABASE, ID);
            case "stranger" -> first.seal(TestHandles.SEALER, TestHandles.STRANGER, DATABASE, ID);
            case "stream" -> first.seal(TestHandles.SEALER, TestHandles.CALLER, DATABASE, "another");
            case "database" -> first.seal(TestHandles.SEALER, TestHandles.CALLER, new DatabaseName("p", "other"), ID);
            case "kind" ->
                new SealedTransaction(ByteString.copyFromUtf8("up"), "c", SealedTransaction.Mode.READ_WRITE, false)
                        .seal(TestHandles.SEALER, TestHandles.CALLER, DATABASE);
            case "tampered" -> {
                byte[] bytes = tokens.get(tokens.size() - 1).toByteArray();
                bytes[bytes.length - 1] ^= 1;
                yield ByteString.copyFrom(bytes);
            }
            default -> tokens.get(Integer.parseInt(which));
        };
    }
}
