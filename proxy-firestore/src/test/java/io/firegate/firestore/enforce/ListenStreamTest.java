package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.ListenResponse;
import io.firegate.policy.Compilation;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.Standing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Listen streams message by message: {@code listen-streams.yaml}. What goes up is what Firestore is asked, what comes down the client hears. */
class ListenStreamTest {
    private static final int TARGETS_MAX = 4;
    private static final int PREFIX_BYTES = 5;

    record Conversation(String name, List<Map<String, Object>> steps) {
        @Override
        public String toString() {
            return name;
        }
    }

    @SuppressWarnings("unchecked") // a file of another shape fails here
    static List<Conversation> conversations() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ListenStreamTest.class.getResourceAsStream("/listen-streams.yaml"))) {
            List<Conversation> conversations = new ArrayList<>();
            for (Object each : (List<Object>) new Load(LoadSettings.builder().build()).loadFromInputStream(in)) {
                Map<String, Object> keys = (Map<String, Object>) each;
                conversations.add(new Conversation(String.valueOf(keys.get("name")), (List<Map<String, Object>>)
                        Objects.requireNonNull(keys.get("steps"))));
            }
            return conversations;
        }
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void goesAsItShould(Conversation conversation) throws Exception {
        Walk walk = new Walk();
        int step = 0;
        for (Map<String, Object> each : conversation.steps()) {
            for (Map.Entry<String, Object> said : each.entrySet()) {
                String what = said.getValue().toString();
                switch (said.getKey()) {
                    case "rules" -> walk.policy((List<?>) said.getValue());
                    case "client" -> walk.client(what);
                    case "firestore" -> walk.firestore(what);
                    case "comes" -> {
                        assertThat(walk.come).as("step %d", step).isEqualTo(said.getValue());
                        walk.come.clear();
                    }
                    case "held" -> assertThat(walk.stream.watchedBytes() > 0).isEqualTo(said.getValue());
                    default -> throw new IllegalArgumentException(said.getKey());
                }
            }
            assertThat(each.containsKey("comes") || walk.come.isEmpty())
                    .as("step %d: %s", step, walk.come)
                    .isTrue();
            step++;
        }
    }

    /** One stream, and what has come of it since somebody looked. */
    private static final class Walk {
        final List<String> come = new ArrayList<>();
        final ListenStream stream = new Enforcer(TestHandles.SEALER, TestHandles.PARTS_MAX)
                .listen(TestHandles.CALLER, null, null, TARGETS_MAX);
        private @Nullable Standing standing;
        private boolean over;

        void policy(List<?> rules) {
            StringBuilder text = new StringBuilder(
                    "version: 1\ntiers:\n  t:\n    databases: [\"p/(default)\"]\n    credential: c\n    rules:\n");
            for (int i = 0; i < rules.size(); i++) {
                text.append("      - { id: r")
                        .append(i)
                        .append(", ")
                        .append(rules.get(i))
                        .append(" }\n");
            }
            text.append("bindings:\n  - { tier: t, groups: [5b1f0a52-0000-4000-8000-0000000000a1] }\n");
            Compilation compilation = PolicyCompiler.compile(
                    List.of(new PolicyFile("p.yaml", text.toString().getBytes(StandardCharsets.UTF_8))), null);
            assertThat(compilation).as(text.toString()).isInstanceOf(Compilation.Compiled.class);
            boolean first = standing == null;
            standing = ((Compilation.Compiled) compilation).snapshot().standing(TestHandles.CALLER);
            if (!first) {
                judgeAnew();
            }
        }

        private Standing standing() {
            return Objects.requireNonNull(standing);
        }

        void client(String line) {
            settled(stream.asked(ListenLines.request(line).toByteArray(), standing(), TestHandles.NOW));
        }

        private void settled(ListenStream.Asked asked) {
            switch (asked) {
                case ListenStream.Asked.Permitted permitted -> up(permitted.call());
                case ListenStream.Asked.LookUp(var call) -> up(call);
                case ListenStream.Asked.Denied denied ->
                    come.add("denied " + denied.target() + " " + denied.deny().reason());
                case ListenStream.Asked.Refused refused ->
                    come.add("refused " + refused.target() + " " + refused.problem());
                case ListenStream.Asked.Removed(var call) -> {
                    if (call != null) {
                        up(call);
                    }
                }
                case ListenStream.Asked.Invalid invalid -> come.add("invalid " + invalid.problem());
            }
            release();
        }

        private void release() {
            stream.takeReleased().forEach(this::up);
        }

        private void up(PermittedCall call) {
            assertThat(call.permit().credential()).isEqualTo("c");
            ByteBuf body = call.takeBody();
            try {
                byte[] message = ByteBufUtil.getBytes(
                        body, body.readerIndex() + PREFIX_BYTES, body.readableBytes() - PREFIX_BYTES);
                come.add("up " + ListenLines.text(ListenRequest.parseFrom(message)));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } finally {
                body.release();
            }
        }

        void firestore(String line) throws IOException {
            assertThat(over).as("nothing is told any more").isFalse();
            byte[] message = ListenLines.response(line).toByteArray();
            LookedUp news = stream.seen(message);
            if (news == LookedUp.CHANGED) {
                judgeAnew();
            } else if (news != LookedUp.SAME) {
                come.add(news.name() + " of " + stream.targets());
                over = true;
            }
            if (over) {
                return;
            }
            ListenAnswer answer = Objects.requireNonNull(stream.answered(message));
            for (byte[] shown : answer.bytes()) {
                come.add("down " + ListenLines.text(ListenResponse.parseFrom(shown)));
            }
            for (ListenAnswer.Ended ended : answer.ended()) {
                come.add("ended " + ended.target() + (ended.wished() ? " as wished" : "")
                        + (ended.status() == 0 ? "" : " with " + ended.status()) + ", documents " + ended.documents());
            }
            release();
            if (stream.isLookedUp()) {
                settled(stream.lookedUp(standing(), TestHandles.NOW));
            }
        }

        private void judgeAnew() {
            for (ListenStream.Change change : stream.judgedAnew(standing(), TestHandles.NOW)) {
                switch (change) {
                    case ListenStream.Change.Revoked revoked -> {
                        come.add("revoked " + revoked.target() + " "
                                + revoked.deny().reason());
                        up(revoked.call());
                    }
                    case ListenStream.Change.OtherFields fields -> {
                        come.add("other fields " + fields.target());
                        up(fields.call());
                    }
                    case ListenStream.Change.Elsewhere.INSTANCE -> {
                        come.add("elsewhere");
                        over = true;
                    }
                }
            }
            release();
        }
    }
}
