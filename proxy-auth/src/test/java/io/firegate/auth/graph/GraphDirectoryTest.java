package io.firegate.auth.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firegate.auth.credential.Credential;
import io.firegate.auth.credential.CredentialSource;
import io.firegate.fixtures.entra.GraphFault;
import io.firegate.fixtures.entra.LocalGraph;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.RegisteredApp;
import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way Graph can fail, over HTTP: never a group nobody named, never "no groups", always within the time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GraphDirectoryTest {
    private static final Guid OID = new Guid("00000000-0000-4000-8000-000000000007");
    private static final Guid IN = new Guid("00000000-0000-4000-8000-000000000100");
    private static final Guid OUT = new Guid("00000000-0000-4000-8000-000000000101");
    private static final Set<Guid> ASKED = Set.of(IN, OUT);
    private static final String RESOURCE = "https://graph.microsoft.com";
    private static final String APP = "cccccccc-0000-4000-8000-0000000000f1";

    /** Long for an answer on this machine, short for one that never comes. */
    private static final Duration WITHIN = Duration.ofMillis(1_500);

    private LocalIssuer issuer;
    private LocalTenant tenant;
    private LocalGraph graph;
    private HttpClient client;

    @BeforeAll
    void start() throws Exception {
        issuer = LocalIssuer.start(InstantSource.system());
        tenant = issuer.addTenant("00000000-0000-4000-8000-000000000001", "api", "Data.Access");
        tenant.add(new RegisteredApp(APP, "s", "00000000-0000-4000-8000-0000000000f2", List.of()));
        graph = new LocalGraph(tenant, RESOURCE);
        graph.put(OID.value(), Set.of(IN.value(), "00000000-0000-4000-8000-000000000999"));
        client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @AfterAll
    void stop() {
        client.shutdownNow();
        graph.close();
        issuer.close();
    }

    private CredentialSource token(String resource) {
        Map<String, Object> claims = new HashMap<>(tenant.appClaims(APP));
        claims.put("aud", resource);
        Credential credential = new Credential("graph", "Bearer " + tenant.mint(claims), Instant.MAX);
        return () -> credential;
    }

    private Directory directory(CredentialSource token) {
        return new GraphDirectory(URI.create(graph.address()), token, 16_384, client);
    }

    private static Directory.Answer ask(Directory directory, Guid oid) {
        return directory
                .memberOf(oid, Principal.Kind.USER, ASKED, WITHIN)
                .toCompletableFuture()
                .join();
    }

    @ParameterizedTest
    @EnumSource(GraphFault.class)
    void everyFault(GraphFault fault) {
        graph.failWith(fault);
        Directory.Answer answer = ask(directory(token(RESOURCE)), OID);
        graph.failWith(GraphFault.NONE);
        if (fault.isHarmless()) {
            assertThat(answer).isEqualTo(new Directory.Answer.Groups(Set.of(IN)));
            return;
        }
        assertThat(answer).isInstanceOf(Directory.Answer.Failed.class);
        Directory.Answer.Failed failed = (Directory.Answer.Failed) answer;
        GraphProblem problem = switch (fault) {
            case STATUS_401, STATUS_403 -> GraphProblem.DENIED;
            case STATUS_429, STATUS_429_BARE, RETRY_AFTER_YEARS -> GraphProblem.THROTTLED;
            case STATUS_500, STATUS_503 -> GraphProblem.SERVER_ERROR;
            case HANG, STALL_IN_BODY -> GraphProblem.TIMEOUT;
            case DROPPED -> GraphProblem.UNREACHABLE;
            default -> GraphProblem.MALFORMED;
        };
        assertThat(failed.problem()).isEqualTo(problem);
        boolean named = fault == GraphFault.STATUS_429 || fault == GraphFault.STATUS_503;
        assertThat(failed.retryAfter()).isEqualTo(named ? Duration.ofSeconds(2) : Duration.ZERO);
        assertThat(failed.detail()).startsWith(graph.address()).doesNotContain("Bearer");
        assertThat(ask(directory(token(RESOURCE)), OID)).as("afterwards").isInstanceOf(Directory.Answer.Groups.class);
    }

    @Test
    void nobodyOfThatIdIsAnAnswer() {
        assertThat(ask(directory(token(RESOURCE)), OUT)).isEqualTo(new Directory.Answer.Nobody());
    }

    @Test
    void anApplicationIsAskedAboutAsOne() {
        graph.put(APP, Set.of(OUT.value()));
        assertThat(directory(token(RESOURCE))
                        .memberOf(new Guid(APP), Principal.Kind.APP, ASKED, WITHIN)
                        .toCompletableFuture()
                        .join())
                .isEqualTo(new Directory.Answer.Groups(Set.of(OUT)));
        assertThat(graph.complaints())
                .filteredOn(complaint -> complaint.contains("servicePrincipals"))
                .isEmpty();
    }

    @Test
    void aTokenForAnotherResourceIsNoAnswer() {
        Directory.Answer answer = ask(directory(token("https://vault.azure.net")), OID);
        assertThat(answer).isInstanceOf(Directory.Answer.Failed.class);
        assertThat(((Directory.Answer.Failed) answer).problem()).isEqualTo(GraphProblem.DENIED);
    }

    @Test
    void withoutATokenNobodyIsAsked() {
        int before = graph.calls();
        Directory.Answer answer = ask(directory(() -> null), OID);
        assertThat(((Directory.Answer.Failed) answer).problem()).isEqualTo(GraphProblem.NO_TOKEN);
        assertThat(graph.calls()).isEqualTo(before);
    }

    @Test
    void aClientThatFollowsRedirectsIsNotTaken() {
        try (HttpClient follows = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .build()) {
            assertThatThrownBy(() -> new GraphDirectory(URI.create(graph.address()), token(RESOURCE), 1, follows))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
