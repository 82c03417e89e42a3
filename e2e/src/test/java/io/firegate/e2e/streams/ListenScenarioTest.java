package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Target;
import com.google.firestore.v1.Value;
import com.google.protobuf.ByteString;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.OperationReader;
import io.firegate.e2e.YamlMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Listeners straight to the emulator and through firegate, under a policy that permits everything ({@code scenarios.yaml}): both have the
 * pictures the file says, and the same ones. What is compared is pictures and not messages: the emulator tells them in ways of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class ListenScenarioTest {
    private static final String POLICY = """
            version: 1
            tiers:
              everything:
                databases: ["PROJECT/straight", "PROJECT/through"]
                credential: local
                rules:
                  - { id: all, path: "/{x=**}", allow: [read, group] }
            bindings:
              - { tier: everything, groups: [5b1f0a52-0000-4000-8000-0000000000e1] }
            """;

    /** One file entry. */
    record Scenario(String name, List<?> steps) {
        @Override
        public String toString() {
            return name;
        }
    }

    private GatewayHarness harness;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = GatewayHarness.withPolicy(directory, POLICY);
    }

    @AfterAll
    void stop() {
        harness.close();
    }

    static List<Scenario> scenarios() {
        List<Scenario> scenarios = new ArrayList<>();
        for (YamlMap map : OperationReader.cases(ListenScenarioTest.class, "scenarios.yaml")) {
            scenarios.add(new Scenario(map.text("name"), map.list("steps")));
            map.done();
        }
        return scenarios;
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void bothSeeTheSame(Scenario scenario) throws Exception {
        List<String> straight =
                pictures(scenario, "straight", GatewayHarness.emulator().endpoint(), "owner");
        List<String> through = pictures(
                scenario,
                "through",
                "127.0.0.1:" + harness.plaintextPort(),
                harness.tenant().userToken(GatewayHarness.OWNER));
        assertThat(through).isEqualTo(straight);
    }

    /** What a listener sees, step by step. */
    private List<String> pictures(Scenario scenario, String databaseId, String address, String token) throws Exception {
        GatewayHarness.emulator().clear(harness.project(), databaseId);
        try (Firestore admin = harness.direct(databaseId);
                Walk walk = new Walk(
                        new AdminWrites(admin),
                        address,
                        token,
                        "projects/" + harness.project() + "/databases/" + databaseId)) {
            for (Object step : scenario.steps()) {
                walk.step(YamlMap.of(scenario.name(), step));
            }
            return walk.pictures;
        }
    }

    /** One way through a scenario. */
    private static final class Walk implements AutoCloseable {
        final List<String> pictures = new ArrayList<>();
        private final AdminWrites writes;
        private final String address;
        private final String token;
        private final String database;
        private final Map<Integer, ByteString> tokens = new HashMap<>();
        private ListenClient client;

        Walk(AdminWrites writes, String address, String token, String database) {
            this.writes = writes;
            this.address = address;
            this.token = token;
            this.database = database;
            this.client = new ListenClient(address, token, database);
        }

        void step(YamlMap step) throws Exception {
            for (Object path : step.list("delete")) {
                writes.delete(path.toString());
            }
            for (Map.Entry<?, ?> write : step.has("set")
                    ? step.map("set").raw().entrySet()
                    : Map.of().entrySet()) {
                writes.set(write.getKey().toString(), fields(write.getValue()));
            }
            if (step.flag("reopen")) {
                client.close();
                client = new ListenClient(address, token, database);
            }
            for (Object target : step.list("add")) {
                client.add(target(YamlMap.of(step.place(), target)));
            }
            if (step.has("remove")) {
                client.remove(step.number("remove", 0));
            }
            if (step.has("then")) {
                for (Map.Entry<?, ?> each : step.map("then").raw().entrySet()) {
                    int id = (Integer) each.getKey();
                    pictures.add(id + " " + picture(id, Objects.requireNonNull(each.getValue())));
                }
            }
            step.done();
        }

        @SuppressWarnings("unchecked") // a file of another shape fails here
        private static Map<String, Object> fields(@Nullable Object value) {
            return (Map<String, Object>) Objects.requireNonNull(value);
        }

        private String picture(int id, Object wanted) throws InterruptedException {
            if (wanted.equals("removed")) {
                return "removed " + client.await(id, seen -> seen.removed).cause;
            }
            Map<String, Object> expected = new TreeMap<>();
            ((Map<?, ?>) wanted).forEach((name, n) -> expected.put(name.toString(), Long.valueOf(n.toString())));
            ListenClient.Seen seen = client.await(
                    id, it -> it.current && it.snapshots > 0 && numbers(it).equals(expected));
            tokens.put(id, seen.token);
            StringBuilder text = new StringBuilder(seen.resets > 0 ? "reset " : "");
            seen.documents.forEach((name, document) -> text.append(relative(name))
                    .append(new TreeMap<>(document.getFieldsMap()))
                    .append(' '));
            return text.toString();
        }

        private static Map<String, Object> numbers(ListenClient.Seen seen) {
            Map<String, Object> numbers = new TreeMap<>();
            for (Document document : seen.documents.values()) {
                numbers.put(
                        relative(document.getName()),
                        document.getFieldsOrThrow("n").getIntegerValue());
            }
            return numbers;
        }

        private static String relative(String name) {
            return name.substring(name.indexOf("/documents/") + "/documents/".length());
        }

        private Target.Builder target(YamlMap map) {
            Target.Builder target = Target.newBuilder().setTargetId(map.number("id", 0));
            for (String path : map.texts("documents")) {
                target.getDocumentsBuilder().addDocuments(database + "/documents/" + path);
            }
            if (map.has("query") || map.has("group")) {
                StructuredQuery.Builder query = target.getQueryBuilder()
                        .setParent(database + "/documents")
                        .getStructuredQueryBuilder();
                query.addFromBuilder()
                        .setCollectionId(map.text("query", map.text("group", "")))
                        .setAllDescendants(map.has("group"));
                if (map.has("ward")) {
                    query.getWhereBuilder()
                            .getFieldFilterBuilder()
                            .setOp(StructuredQuery.FieldFilter.Operator.EQUAL)
                            .setField(
                                    StructuredQuery.FieldReference.newBuilder().setFieldPath("ward"))
                            .setValue(Value.newBuilder().setStringValue(map.text("ward")));
                }
                if (map.has("limit")) {
                    query.getLimitBuilder().setValue(map.number("limit", 0));
                }
            }
            switch (map.text("from", "nothing")) {
                case "nothing" -> {}
                case "garbage" -> target.setResumeToken(ByteString.copyFromUtf8("garbage"));
                case "token" ->
                    target.setResumeToken(Objects.requireNonNull(tokens.get(target.getTargetId()), "a token"));
                default -> throw new IllegalArgumentException(map.place());
            }
            map.done();
            return target;
        }

        @Override
        public void close() throws InterruptedException {
            client.close();
        }
    }
}
