package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The official Java client does through firegate exactly what it does without, as long as the policy permits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class SdkThroughFiregateTest {
    static final List<DenialCase> DENIALS = DenialCase.load();

    private GatewayHarness harness;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = new GatewayHarness(directory);
    }

    @AfterAll
    void stop() {
        harness.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plaintext", "tls"})
    void permittedCallsGiveWhatTheEmulatorGives(String transport) throws Exception {
        String token = harness.tenant().userToken(GatewayHarness.OWNER);
        try (Firestore straight = harness.direct("straight-" + transport);
                Firestore through =
                        transport.equals("tls") ? harness.tls(transport, token) : harness.plaintext(transport, token)) {
            OperationRunner yardstick = new OperationRunner(straight);
            OperationRunner tested = new OperationRunner(through);
            for (OperationCase operation : OperationCase.permitted()) {
                Outcome expected = yardstick.run(operation.operation());
                operation.assertExpected(expected);
                Outcome actual = tested.run(operation.operation());
                if (expected instanceof Outcome.Failed failed) {
                    // Firestore's own refusal, passed on: the same status, and not in firegate's name.
                    assertThat(actual).as(operation.name()).isInstanceOfSatisfying(Outcome.Failed.class, other -> {
                        assertThat(other.code()).isEqualTo(failed.code());
                        assertThat(other.domain()).isEqualTo(failed.domain());
                    });
                } else {
                    assertThat(actual).as(operation.name()).isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("DENIALS")
    void deniedCallsEndAtOnceAndSayWhy(DenialCase denial) throws Exception {
        int before = harness.audit().size();
        Outcome outcome;
        try (Firestore firestore =
                harness.plaintext("(default)", harness.tenant().userToken(denial.as()))) {
            outcome = new OperationRunner(firestore).run(denial.operation());
        }
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.code()).isEqualTo("PERMISSION_DENIED");
            assertThat(failed.domain()).isEqualTo("firegate");
            assertThat(failed.reason()).isEqualTo(denial.reason());
            AuditTrail.Line line = oneDecision(before, failed, "deny");
            assertThat(line.text("reason")).isEqualTo(denial.reason());
        });
    }

    @Test
    void aDeniedCallOverTlsIsTheSame() throws Exception {
        int before = harness.audit().size();
        try (Firestore firestore = harness.tls("(default)", harness.tenant().userToken("outsider"))) {
            assertThat(new OperationRunner(firestore).run(new Operation.Get("things/a")))
                    .isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                        assertThat(failed.code()).isEqualTo("PERMISSION_DENIED");
                        assertThat(failed.reason()).isEqualTo("NO_TIER");
                        oneDecision(before, failed, "deny");
                    });
        }
    }

    @ParameterizedTest
    @FieldSource("BAD_TOKENS")
    void aBadTokenIsRefusedOnce(String kind) throws Exception {
        int before = harness.audit().size();
        Outcome outcome;
        try (Firestore firestore = harness.plaintext("(default)", badToken(kind))) {
            outcome = new OperationRunner(firestore).run(new Operation.Get("things/a"));
        }
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.code()).isEqualTo("UNAUTHENTICATED");
            assertThat(failed.domain()).isEqualTo("firegate");
            assertThat(failed.reason()).isEqualTo(kind);
            AuditTrail.Line line = oneDecision(before, failed, "refused");
            assertThat(line.text("reason")).isEqualTo(kind);
            // Nothing was parsed, so nothing is known.
            assertThat(line.values().containsKey("principal")).isFalse();
            assertThat(line.values().containsKey("database")).isFalse();
            assertThat(line.values().containsKey("accesses")).isFalse();
        });
    }

    static final List<String> BAD_TOKENS =
            List.of("EXPIRED", "NOT_YET_VALID", "AUDIENCE", "ISSUER", "SIGNATURE", "NOT_A_TOKEN", "TENANT");

    private String badToken(String kind) {
        Map<String, Object> claims = harness.tenant().userClaims(GatewayHarness.OWNER);
        long issued = (long) Objects.requireNonNull(claims.get("iat"));
        switch (kind) {
            case "EXPIRED" -> shift(claims, -7_200);
            case "NOT_YET_VALID" -> claims.put("nbf", issued + 600);
            case "AUDIENCE" -> claims.put("aud", "00000003-0000-0000-c000-000000000000");
            case "ISSUER" ->
                claims.put("iss", "https://login.example/" + harness.tenant().id() + "/v2.0");
            case "SIGNATURE" -> {
                String good = harness.tenant().mint(claims);
                claims.put("oid", "5b1f0a52-0000-4000-8000-00000000ffff");
                String other = harness.tenant().mint(claims);
                return other.substring(0, other.lastIndexOf('.')) + good.substring(good.lastIndexOf('.'));
            }
            case "NOT_A_TOKEN" -> {
                return "owner";
            }
            case "TENANT" -> claims.put("tid", "7f3d2c10-0000-4000-8000-00000000ffff");
            default -> throw new IllegalArgumentException(kind);
        }
        return harness.tenant().mint(claims);
    }

    private static void shift(Map<String, Object> claims, long seconds) {
        for (String claim : List.of("iat", "nbf", "exp")) {
            claims.put(claim, (long) Objects.requireNonNull(claims.get(claim)) + seconds);
        }
    }

    /**
     * The only decision of its kind since {@code before}, which is the one the caller was told of. Waits for its outcome: every
     * attempt of the client came before.
     */
    private AuditTrail.Line oneDecision(int before, Outcome.Failed told, String kind) {
        String id = String.valueOf(told.metadata().get("decision"));
        harness.audit()
                .await(
                        before,
                        line -> line.text("kind").equals("outcome")
                                && line.text("id").equals(id));
        List<AuditTrail.Line> decisions = harness.audit().decisionsFrom(before).stream()
                .filter(line -> line.text("decision").equals(kind))
                .toList();
        assertThat(decisions).as("attempts seen by the gateway").hasSize(1);
        assertThat(decisions.get(0).text("id")).isEqualTo(id);
        return decisions.get(0);
    }
}
