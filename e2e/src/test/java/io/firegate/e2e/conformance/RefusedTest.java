package io.firegate.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.OperationReader;
import io.firegate.e2e.YamlMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every RPC, asked by somebody whose tiers do not grant it: firegate says no in its own name, and not one byte reaches Firestore. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RefusedTest {
    static final List<Case> CASES = Case.load();

    private static final String DATABASE = "refused";

    /**
     * One case of {@code refused.yaml}.
     *
     * @param as who asks
     * @param perWrite whether each write is refused inside an answer that is OK
     * @param inStream whether the target is, and the stream goes on to a good end
     */
    record Case(
            String name,
            String as,
            Step.Request.Rpc request,
            String status,
            String reason,
            boolean perWrite,
            boolean inStream) {
        static List<Case> load() {
            List<Case> cases = new ArrayList<>();
            for (YamlMap map : OperationReader.cases(Case.class, "refused.yaml")) {
                String reason = map.text("reason");
                boolean always = map.flag("always");
                boolean inStream = map.flag("inStream");
                for (String as : map.texts("as")) {
                    cases.add(new Case(
                            map.text("call") + " as " + as + (map.has("but") ? ", " + map.text("but") : ""),
                            as,
                            new Step.Request.Rpc(
                                    map.text("call"), map.map("request").raw(), map.text("only", ""), false),
                            map.text("status", "PERMISSION_DENIED"),
                            as.equals("outsider") && !always ? "NO_TIER" : reason,
                            map.flag("perWrite") && !as.equals("outsider"),
                            inStream));
                }
                map.done();
            }
            return cases;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private final Map<String, Caller> grpc = new LinkedHashMap<>();
    private final Map<String, Caller> rest = new LinkedHashMap<>();
    private final Variables variables = new Variables();
    private GatewayHarness harness;
    private TcpRelay relay;
    private Caller straight;
    private JsonObject everything;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        relay = TcpRelay.start(GatewayHarness.emulator().port());
        harness =
                GatewayHarness.withPolicy(directory, Policies.read(), "--set", "upstream.emulator=" + relay.endpoint());
        String database = "projects/" + harness.project() + "/databases/" + DATABASE;
        variables.set("db", database);
        variables.set("docs", database + "/documents");
        String gateway = "127.0.0.1:" + harness.plaintextPort();
        for (String who : List.of(GatewayHarness.OWNER, "reader", "writer", "outsider")) {
            String token = harness.tenant().userToken(who);
            grpc.put(who, new GrpcCaller(gateway, token, database));
            rest.put(who, new RestCaller(gateway, token));
        }
        straight = new GrpcCaller(GatewayHarness.emulator().endpoint(), "owner", database);
        everything = variables
                .json(Map.of(
                        "parent",
                        "${docs}",
                        "structuredQuery",
                        Map.of("from", List.of(Map.of("allDescendants", true)))))
                .getAsJsonObject();
        Answer given = straight.call(
                "Commit",
                variables
                        .json(Map.of(
                                "database",
                                "${db}",
                                "writes",
                                List.of(Map.of(
                                        "update",
                                        Map.of(
                                                "name",
                                                "${docs}/things/a",
                                                "fields",
                                                Map.of("$fields", Map.of("n", 1)))))))
                        .getAsJsonObject());
        assertThat(given.status()).isEqualTo("OK");
    }

    @AfterAll
    void stop() {
        grpc.values().forEach(Caller::close);
        rest.values().forEach(Caller::close);
        straight.close();
        harness.close();
        relay.close();
    }

    @Test
    void noRpcIsLeftOut() {
        Set<String> called = new TreeSet<>();
        CASES.forEach(each -> called.add(each.request().method()));
        Set<String> all = new TreeSet<>();
        com.google.firestore.v1.FirestoreProto.getDescriptor()
                .findServiceByName("Firestore")
                .getMethods()
                .forEach(method -> all.add(method.getName()));
        assertThat(called).isEqualTo(all);
    }

    @Order(1)
    @ParameterizedTest
    @FieldSource("CASES")
    void nothingReachesFirestore(Case refused) {
        List<JsonElement> before = documents();
        List<Answer> answers = new ArrayList<>();
        java.util.Objects.requireNonNull(grpc.get(refused.as()))
                .call(refused.request(), variables)
                .ifPresent(answers::add);
        java.util.Objects.requireNonNull(rest.get(refused.as()))
                .call(refused.request(), variables)
                .ifPresent(answers::add);
        assertThat(answers).isNotEmpty();
        for (Answer answer : answers) {
            if (refused.perWrite()) {
                assertThat(answer.status()).as(answer.brief()).isEqualTo("OK");
                assertThat(answer.only().getAsJsonArray("status")).isNotEmpty().allSatisfy(status -> {
                    assertThat(status.getAsJsonObject().get("code").getAsInt())
                            .isEqualTo(com.google.rpc.Code.valueOf(refused.status())
                                    .getNumber());
                    assertThat(status.toString()).contains("\"firegate\"", refused.reason());
                });
            } else if (refused.inStream()) {
                assertThat(answer.status()).as(answer.brief()).isEqualTo("OK");
                JsonObject change = answer.only().getAsJsonObject("targetChange");
                assertThat(change.get("targetChangeType").getAsString()).isEqualTo("REMOVE");
                assertThat(change.getAsJsonObject("cause").get("code").getAsInt())
                        .isEqualTo(com.google.rpc.Code.valueOf(refused.status()).getNumber());
                assertThat(change.toString()).contains("\"firegate\"", refused.reason());
            } else {
                assertThat(answer.status()).as(answer.brief()).isEqualTo(refused.status());
                assertThat(answer.domain()).as(answer.brief()).isEqualTo("firegate");
                assertThat(answer.reason()).as(answer.brief()).isEqualTo(refused.reason());
                assertThat(answer.httpStatus()).isIn(0, HttpStatus.of(refused.status()));
            }
        }
        assertThat(documents()).isEqualTo(before);
        assertThat(relay.forwarded()).as("bytes towards Firestore").isZero();
    }

    /** Last, because it opens the connection: the count counts. */
    @Order(2)
    @Test
    void aPermittedCallDoes() {
        JsonObject get = variables.json(Map.of("name", "${docs}/things/a")).getAsJsonObject();
        Answer answer =
                java.util.Objects.requireNonNull(grpc.get(GatewayHarness.OWNER)).call("GetDocument", get);
        assertThat(answer.status()).as(answer.brief()).isEqualTo("OK");
        assertThat(relay.forwarded()).isPositive();
    }

    private List<JsonElement> documents() {
        Answer answer = straight.call("RunQuery", everything);
        assertThat(answer.status()).as(answer.brief()).isEqualTo("OK");
        return answer.messages().stream()
                .map(message -> message.getAsJsonObject().get("document"))
                .filter(java.util.Objects::nonNull)
                .toList();
    }
}
