package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Target;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.OperationReader;
import io.firegate.e2e.YamlMap;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Listeners under whom the policy or the time changes: {@code ends.yaml}. Every case for a query and for documents. */
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class ListenEndsTest {
    private static final int WATCHED = 1;
    private static final int CANARY = 100;
    /** As ends.yaml says. */
    private static final int LIFETIME_SECONDS = 3600;

    /** One case for one kind of target. */
    record Case(
            String name,
            boolean query,
            Setting before,
            @Nullable Setting after,
            int seconds,
            String then) {
        @Override
        public String toString() {
            return name + (query ? ", a query" : ", documents");
        }
    }

    /** A policy, in its few parts that matter. */
    record Setting(
            List<String> rules,
            String credential,
            String group,
            @Nullable String deny,
            int until) {
        static Setting read(YamlMap map) {
            Setting read = new Setting(
                    map.texts("rules"),
                    map.text("credential", "local"),
                    map.text("groups", "5b1f0a52-0000-4000-8000-0000000000e2"),
                    map.has("deny") ? map.text("deny") : null,
                    map.number("until", 0));
            map.done();
            return read;
        }

        String policy(MovableClock clock, String canary) {
            StringBuilder text =
                    new StringBuilder("version: 1\ntiers:\n  t:\n    databases: [\"PROJECT/(default)\"]\n");
            text.append("    credential: ").append(credential).append("\n    rules:\n");
            for (String rule : rules) {
                text.append("      - ").append(rule).append('\n');
            }
            text.append(
                            "  canary:\n    databases: [\"PROJECT/(default)\"]\n    credential: local\n    rules:\n      - { id: c, path: \"/")
                    .append(canary)
                    .append("/{d}\", allow: [get, list] }\nbindings:\n  - { tier: t, groups: [")
                    .append(group)
                    .append(']');
            if (until > 0) {
                text.append(", until: ").append(clock.instant().plusSeconds(until));
            }
            text.append(" }\n  - { tier: canary, groups: [5b1f0a52-0000-4000-8000-0000000000e2] }\n");
            if (deny != null) {
                text.append("deny:\n  ").append(deny).append('\n');
            }
            return text.toString();
        }
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (YamlMap map : OperationReader.cases(ListenEndsTest.class, "ends.yaml")) {
            String name = map.text("name");
            Setting before = Setting.read(map.map("before"));
            Setting after = map.has("after") ? Setting.read(map.map("after")) : null;
            int seconds = map.number("seconds", 0);
            String then = map.text("then");
            map.done();
            cases.add(new Case(name, true, before, after, seconds, then));
            cases.add(new Case(name, false, before, after, seconds, then));
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aListenerEndsAsItShould(Case each, @TempDir Path directory) throws Exception {
        MovableClock clock = new MovableClock();
        try (GatewayHarness harness = GatewayHarness.withClock(
                        directory,
                        clock,
                        each.before().policy(clock, "before"),
                        "--set",
                        "credentials.second.kind=emulator");
                Firestore admin = harness.direct("(default)")) {
            AdminWrites writes = new AdminWrites(admin);
            harness.tenant().lifetimeSeconds(LIFETIME_SECONDS);
            writes.set("rows/a", Map.of("ward", "A", "secret", 1));
            String database = "projects/" + harness.project() + "/databases/(default)";
            try (ListenClient client = new ListenClient(
                    "127.0.0.1:" + harness.plaintextPort(), harness.tenant().userToken("reader"), database)) {
                client.add(each.query() ? query(WATCHED, database, "rows") : document(WATCHED, database, "rows/a"));
                client.awaitDocuments(WATCHED, "a");
                Setting after = each.after();
                if (after != null) {
                    harness.reload(after.policy(clock, "after"));
                }
                clock.advance(Duration.ofSeconds(each.seconds()));
                String[] then = each.then().split(" ", -1);
                switch (then[0]) {
                    case "untouched" -> {
                        if (after != null) {
                            // A target that only the new policy permits: it is in force on this stream.
                            int canary = CANARY;
                            client.add(query(canary, database, "after"));
                            while (!client.await(canary, seen -> seen.removed || seen.current).current) {
                                client.add(query(++canary, database, "after"));
                            }
                        }
                        writes.set("rows/a", Map.of("ward", "A", "secret", 2));
                        ListenClient.Seen seen = client.await(
                                WATCHED,
                                it -> it.documents.values().stream()
                                        .anyMatch(document -> document.getFieldsOrThrow("secret")
                                                        .getIntegerValue()
                                                == 2));
                        assertThat(seen.removed).isFalse();
                        assertThat(client.end()).isEmpty();
                    }
                    case "removed" -> {
                        ListenClient.Seen seen = client.await(WATCHED, it -> it.removed);
                        assertThat(seen.reason).isEqualTo(then[1]);
                        assertThat(seen.cause).isEqualTo(7);
                        assertThat(client.end()).isEmpty();
                        int heard = client.heard().size();
                        writes.set("rows/a", Map.of("ward", "A", "secret", 3));
                        client.add(query(CANARY, database, "nowhere"));
                        client.await(CANARY, it -> it.removed);
                        // The refusal of the other target and nothing of the first.
                        assertThat(client.heard()).hasSize(heard + 1);
                    }
                    case "closed" -> {
                        assertThat(client.awaitEnd().getCode()).isEqualTo(Status.Code.valueOf(then[1]));
                        assertThat(client.endReason()).isEqualTo(then[2]);
                    }
                    default -> throw new IllegalArgumentException(each.then());
                }
            }
        }
    }

    private static Target.Builder query(int id, String database, String collection) {
        return Target.newBuilder()
                .setTargetId(id)
                .setQuery(Target.QueryTarget.newBuilder()
                        .setParent(database + "/documents")
                        .setStructuredQuery(StructuredQuery.newBuilder()
                                .addFrom(StructuredQuery.CollectionSelector.newBuilder()
                                        .setCollectionId(collection))));
    }

    private static Target.Builder document(int id, String database, String path) {
        Target.Builder target = Target.newBuilder().setTargetId(id);
        target.getDocumentsBuilder().addDocuments(database + "/documents/" + path);
        return target;
    }
}
