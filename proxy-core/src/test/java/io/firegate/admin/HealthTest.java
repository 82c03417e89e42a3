package io.firegate.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.federation.CredentialStatus;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.metrics.Scrape;
import io.firegate.metrics.StillGateway;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the probes say, check by check. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HealthTest {
    private static final String OTHER_TENANT = "7f3d2c10-0000-4000-8000-0000000000ff";

    private String keySet = "";

    @BeforeAll
    void publishKeys() throws Exception {
        try (LocalIssuer issuer = LocalIssuer.start(InstantSource.system())) {
            keySet = issuer.addTenant(StillGateway.TENANT, "api", "Data.Access").keySet(true);
        }
    }

    @AfterAll
    void forget() {
        keySet = "";
    }

    private static AdminPages pages(StillGateway gateway, Stage stage, boolean recordRequired) {
        return new AdminPages(
                Health.of(
                        stage,
                        gateway.verifier,
                        gateway.groups,
                        () -> gateway.credentials,
                        gateway.policies,
                        gateway.record,
                        recordRequired),
                new Scrape(gateway.readings()));
    }

    private static String ask(AdminPages pages, String target) {
        AdminPages.Answer answer = pages.answer("GET", target, null);
        assertThat(answer.contentType()).isEqualTo("text/plain; charset=utf-8");
        return answer.status() + " " + answer.body();
    }

    private static Stage serving() {
        Stage stage = new Stage();
        stage.serving();
        return stage;
    }

    @Test
    void aLifeFromStartToDrain() {
        try (StillGateway gateway = new StillGateway(StillGateway.published(keySet), Map.of(), false)) {
            Stage stage = new Stage();
            AdminPages pages = pages(gateway, stage, true);
            assertThat(ask(pages, "/livez")).isEqualTo("200 ok\n");
            assertThat(ask(pages, "/startupz")).isEqualTo("""
                            503 not ok
                            [-] listeners: not all open yet
                            [-] keys: the first fetch of a tenant's signing keys has not ended yet
                            """);
            assertThat(ask(pages, "/readyz")).isEqualTo("""
                            503 not ok
                            [-] stage: starting: not every listener is open
                            [-] keys: no tenant's signing keys are usable: %s (not fetched yet)
                            """.formatted(StillGateway.TENANT));
            fetchKeys(gateway);
            stage.serving();
            assertThat(ask(pages, "/startupz")).isEqualTo("200 ok\n");
            assertThat(ask(pages, "/readyz")).isEqualTo("200 ok\n");
            assertThat(ask(pages, "/readyz?verbose"))
                    .isEqualTo("""
                            200 ok
                            [+] stage: serving
                            [+] policy: %s
                            [+] keys: usable for every tenant
                            [+] groups: can be looked up
                            [+] credentials: none is fetched
                            [+] record: writable
                            """.formatted(gateway.policies.current().id()));
            stage.draining();
            assertThat(ask(pages, "/readyz")).isEqualTo("""
                            503 not ok
                            [-] stage: draining: told to stop, running calls may finish
                            """);
            assertThat(ask(pages, "/livez?verbose=1")).isEqualTo("200 ok\n[+] process: answers\n");
            assertThat(ask(pages, "/healthz")).isEqualTo("200 ok\n");
            assertThat(ask(pages, "/startupz")).isEqualTo("200 ok\n");
        }
    }

    @Test
    void aFailingGraphIsNamedAndTakesNoReplicaAway() {
        try (StillGateway gateway = new StillGateway(StillGateway.published(keySet), Map.of(), false)) {
            fetchKeys(gateway);
            gateway.lookUpInVain();
            assertThat(ask(pages(gateway, serving(), true), "/readyz?verbose"))
                    .startsWith("200 ok\n")
                    .contains("[+] groups: cannot be looked up: " + StillGateway.TENANT
                            + " (NO_TOKEN: no token for Graph: NOT_FETCHED_YET)\n");
        }
    }

    @Test
    void oneTenantWithoutKeysIsNamedAndKeepsNobodyElseOut() {
        try (StillGateway gateway =
                new StillGateway(StillGateway.published(keySet), Map.of(OTHER_TENANT, StillGateway::noKeys), false)) {
            fetchKeys(gateway);
            AdminPages pages = pages(gateway, serving(), true);
            assertThat(ask(pages, "/readyz?verbose"))
                    .startsWith("200 ok\n")
                    .contains("[+] keys: not usable for: " + OTHER_TENANT + " (nobody answers)\n");
        }
    }

    @Test
    void keysNobodyPublishesKeepTheGatewayStartedButNotReady() {
        try (StillGateway gateway = new StillGateway(StillGateway::noKeys, Map.of(), false)) {
            fetchKeys(gateway);
            AdminPages pages = pages(gateway, serving(), true);
            assertThat(ask(pages, "/startupz")).isEqualTo("200 ok\n");
            assertThat(ask(pages, "/readyz")).isEqualTo("""
                            503 not ok
                            [-] keys: no tenant's signing keys are usable: %s (nobody answers)
                            """.formatted(StillGateway.TENANT));
        }
    }

    @Test
    void aRecordThatCannotBeWrittenMattersWhereItIsRequired() {
        try (StillGateway gateway = new StillGateway(StillGateway.published(keySet), Map.of(), true)) {
            fetchKeys(gateway);
            assertThat(ask(pages(gateway, serving(), true), "/readyz"))
                    .isEqualTo("503 not ok\n[-] record: memory: no room for the record\n");
            assertThat(ask(pages(gateway, serving(), false), "/readyz?verbose"))
                    .startsWith("200 ok\n")
                    .contains("[+] record: memory: no room for the record; requests are served without a record");
        }
    }

    @Test
    void aRefusedPolicyLeavesTheGatewayReadyAndSaysSo() {
        try (StillGateway gateway = new StillGateway(StillGateway.published(keySet), Map.of(), false)) {
            fetchKeys(gateway);
            gateway.breakPolicy();
            assertThat(ask(pages(gateway, serving(), true), "/readyz?verbose"))
                    .startsWith("200 ok\n")
                    .contains(gateway.policies.current().id()
                            + " is still in force; the files as they are now were refused with 1 problems");
        }
    }

    @Test
    void credentialsMatterWhenNoneIsLeft() {
        try (StillGateway gateway = new StillGateway(StillGateway.published(keySet), Map.of(), false)) {
            fetchKeys(gateway);
            AdminPages pages = pages(gateway, serving(), true);
            gateway.credentials = List.of(credential("staff", true, null), credential("admin", true, null));
            assertThat(ask(pages, "/readyz?verbose"))
                    .startsWith("200 ok\n")
                    .contains("[+] credentials: valid for every service account\n");
            gateway.credentials = List.of(
                    credential("staff", true, CredentialProblem.THROTTLED),
                    credential("admin", false, CredentialProblem.IMPERSONATION_DENIED));
            assertThat(ask(pages, "/readyz?verbose"))
                    .startsWith("200 ok\n")
                    .contains(
                            "[+] credentials: staff (valid, not refreshed: why and what to do), admin (why and what to do)\n");
            gateway.credentials =
                    List.of(credential("staff", false, null), credential("admin", false, CredentialProblem.TIMEOUT));
            assertThat(ask(pages, "/readyz")).isEqualTo("""
                            503 not ok
                            [-] credentials: no Google credential is valid: staff (not fetched yet), admin (why and what to do)
                            """);
            assertThat(ask(pages, "/startupz")).isEqualTo("""
                            503 not ok
                            [-] credentials: the first fetch of a Google credential has not ended yet
                            """);
        }
    }

    private static CredentialStatus credential(String name, boolean usable, @Nullable CredentialProblem problem) {
        boolean asked = usable || problem != null;
        return new CredentialStatus(
                name, usable, null, asked, problem, problem == null ? "" : "why and what to do", 1, Map.of());
    }

    private static void fetchKeys(StillGateway gateway) {
        gateway.verifier
                .refreshKeys()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }
}
