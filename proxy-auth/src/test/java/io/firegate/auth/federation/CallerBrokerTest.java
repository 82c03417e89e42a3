package io.firegate.auth.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firegate.auth.credential.Credential;
import io.firegate.auth.credential.CredentialLookup;
import io.firegate.auth.credential.CredentialProblem;
import io.firegate.fixtures.google.GoogleFault;
import io.firegate.fixtures.google.LocalGoogle;
import io.firegate.fixtures.google.Provider;
import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Firegate as an issuer: its keys, what it says of callers, and what Google makes of it. */
class CallerBrokerTest {
    private static final String PROVIDER =
            "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/callers/providers/firegate";
    private static final String ISSUER = "https://firegate.example.org";
    private static final String ACCOUNT = "staff@clinic-prod.iam.gserviceaccount.com";
    private static final Guid TENANT = new Guid("11111111-2222-4333-8444-555555555555");
    private static final Guid OID = new Guid("99999999-0000-4000-8000-000000000001");
    private static final Guid APP = new Guid("cccccccc-0000-4000-8000-00000000000c");
    private static final FetchBounds BOUNDS =
            new FetchBounds(Duration.ofHours(1), Duration.ofSeconds(30), 65_536, Duration.ofSeconds(1));
    private static final IssueBounds ISSUE = new IssueBounds(Duration.ofMinutes(10), Duration.ofSeconds(30), 100, 10);

    @TempDir
    private Path directory;

    private LocalGoogle google;
    private IssuerKeys keys;
    private String uploaded = "{\"keys\":[]}";

    @BeforeEach
    void start() throws Exception {
        google = LocalGoogle.start(InstantSource.system());
        keys = new IssuerKeys(directory.resolve("keys"));
        keys.create();
        uploaded = keys.jwkSet();
        google.add(Provider.uploaded(PROVIDER, ISSUER, () -> uploaded, "sub", mapped(), Map.of("tid", TENANT.value())));
        google.addAccount(ACCOUNT, "attribute.credential/staff");
    }

    /** As {@link GatewayIssuer#ATTRIBUTE_MAPPING} says it. */
    private static Map<String, String> mapped() {
        return Arrays.stream(GatewayIssuer.ATTRIBUTE_MAPPING.split(",", -1))
                .map(pair -> pair.split("=", 2))
                .filter(pair -> pair[0].startsWith("attribute."))
                .collect(Collectors.toMap(
                        pair -> pair[0].substring("attribute.".length()),
                        pair -> pair[1].substring("assertion.".length())));
    }

    @AfterEach
    void stop() {
        google.close();
    }

    private static Principal person(Guid tenant, Guid oid) {
        return new Principal(tenant, oid, Principal.Kind.USER, APP, Set.of(), Set.of(), "", Instant.MAX, Map.of());
    }

    private CallerBroker broker(String issuer, @Nullable String account) {
        return new CallerBroker(
                List.of(new GatewayIssuer(
                        "staff",
                        issuer,
                        PROVIDER,
                        directory.resolve("keys"),
                        account,
                        google.address(),
                        google.address())),
                BOUNDS,
                ISSUE,
                InstantSource.system());
    }

    private static CredentialLookup lookup(CallerBroker broker, Principal caller) {
        CredentialLookup found =
                Objects.requireNonNull(broker.providers().get("staff")).lookup(caller);
        return found instanceof CredentialLookup.Pending(var later)
                ? later.toCompletableFuture().join()
                : found;
    }

    private static @Nullable Credential credential(CallerBroker broker, Principal caller) {
        return lookup(broker, caller) instanceof CredentialLookup.Ready(var credential) ? credential : null;
    }

    private @Nullable CredentialProblem problem(CallerBroker started, Principal caller) {
        try (CallerBroker broker = started) {
            return lookup(broker, caller) instanceof CredentialLookup.Missing(var absence) ? absence.problem() : null;
        }
    }

    @Test
    void thePersonStandsInGooglesLog() {
        try (CallerBroker broker = broker(ISSUER, null)) {
            Credential credential = Objects.requireNonNull(credential(broker, person(TENANT, OID)));
            LocalGoogle.Caller caller = Objects.requireNonNull(google.callerOf(credential.authorization()));
            assertThat(caller.name())
                    .isEqualTo(
                            "principal://iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/callers/subject/"
                                    + TENANT + ":" + OID);
            assertThat(caller.attributes())
                    .containsOnly(
                            Map.entry("credential", "staff"),
                            Map.entry("tenant", TENANT.value()),
                            Map.entry("app", APP.value()));
            assertThat(Duration.between(InstantSource.system().instant(), credential.expiresAt()))
                    .isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
            assertThat(google.iamCalls()).isZero();
            assertThat(google.stsCalls()).isEqualTo(1);
            assertThat(credential(broker, person(TENANT, OID))).isSameAs(credential);
            assertThat(google.stsCalls()).isEqualTo(1);
        }
    }

    @Test
    void anAccountCanBeActedAs() {
        try (CallerBroker broker = broker(ISSUER, ACCOUNT)) {
            Credential credential = Objects.requireNonNull(credential(broker, person(TENANT, OID)));
            assertThat(google.accountOf(credential.authorization())).isEqualTo(ACCOUNT);
        }
        google.addAccount(ACCOUNT, "attribute.credential/other");
        assertThat(problem(broker(ISSUER, ACCOUNT), person(TENANT, OID)))
                .isEqualTo(CredentialProblem.IMPERSONATION_DENIED);
    }

    @Test
    void googleRefusesWhatItWasNotToldOf() throws Exception {
        assertThat(problem(broker("https://other.example.org", null), person(TENANT, OID)))
                .isEqualTo(CredentialProblem.STS_GRANT_REFUSED);
        assertThat(problem(broker(ISSUER, null), person(OID, OID)))
                .as("a tenant the condition does not name")
                .isEqualTo(CredentialProblem.STS_CONDITION_REFUSED);
        uploaded = "{\"keys\":[]}";
        assertThat(problem(broker(ISSUER, null), person(TENANT, OID))).isEqualTo(CredentialProblem.STS_GRANT_REFUSED);
        google.add(Provider.uploaded(PROVIDER, ISSUER, keysNow(), "jti", mapped(), Map.of()));
        assertThat(problem(broker(ISSUER, null), person(TENANT, OID))).isNull();
        google.add(Provider.uploaded(PROVIDER, ISSUER, keysNow(), "sub", Map.of("none", "missing"), Map.of()));
        assertThat(problem(broker(ISSUER, null), person(TENANT, OID)))
                .as("a mapping of a claim that is not there")
                .isEqualTo(CredentialProblem.STS_GRANT_REFUSED);
        assertThat(new GatewayIssuer.Caller(TENANT, OID, APP).subject().length())
                .isEqualTo(73);
    }

    private java.util.function.Supplier<String> keysNow() throws IssuerKeys.Unusable {
        String now = keys.jwkSet();
        return () -> now;
    }

    @Test
    void aKeyIsReplacedWithoutAGap() throws Exception {
        String first = keys.active();
        String second = keys.create();
        assertThat(keys.active()).isEqualTo(first);
        // Made and not yet uploaded: the old one signs, so nothing is refused.
        assertThat(problem(broker(ISSUER, null), person(TENANT, OID))).isNull();
        uploaded = keys.jwkSet();
        keys.use(second);
        assertThat(problem(broker(ISSUER, null), person(TENANT, OID))).isNull();
        assertThatThrownBy(() -> keys.retire(second)).isInstanceOf(IssuerKeys.Unusable.class);
        keys.retire(first);
        uploaded = keys.jwkSet();
        assertThat(uploaded).contains(second).doesNotContain(first, "\"d\"", "\"p\"", "\"x5");
        assertThat(problem(broker(ISSUER, null), person(TENANT, OID))).isNull();
    }

    @Test
    void filesAreWholeAndTheirOwnersOnly() throws Exception {
        Path pem = directory.resolve("keys").resolve(keys.active() + ".pem");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pem)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("keys"))))
                .isEqualTo("rwx------");
        assertThat(keys.exposed()).isEmpty();
        Files.setPosixFilePermissions(pem, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(keys.exposed()).extracting(ExposedFile::file).containsExactly(pem);
        try (var files = Files.list(directory.resolve("keys"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("active", keys.active() + ".pem");
        }
        for (int i = 1; i < IssuerKeys.KEYS_MAX; i++) {
            keys.create();
        }
        assertThatThrownBy(keys::create).hasMessageContaining("retire one");
    }

    @Test
    void aKeyThatCannotBeUsedIsNamed() throws Exception {
        String kid = keys.active();
        Path pem = directory.resolve("keys").resolve(kid + ".pem");
        String other = keys.create();
        Files.copy(
                directory.resolve("keys").resolve(other + ".pem"),
                pem,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertProblem("holds another key than its name says");
        Files.writeString(pem, "nothing");
        assertProblem("no unencrypted PKCS #8 key");
        Files.delete(pem);
        assertProblem("cannot be read: NoSuchFileException");
        Files.writeString(directory.resolve("keys/active"), "../../etc/passwd");
        assertProblem("names no key");
        Files.delete(directory.resolve("keys/active"));
        assertProblem("has no active key");
        assertThat(google.stsCalls()).isZero();
    }

    private void assertProblem(String detail) {
        try (CallerBroker broker = broker(ISSUER, null)) {
            assertThat(lookup(broker, person(TENANT, OID))).isInstanceOf(CredentialLookup.Missing.class);
            assertThat(broker.status().get(0).problem()).isEqualTo(CredentialProblem.ISSUER_KEY_UNUSABLE);
            assertThat(broker.status().get(0).detail()).contains(detail);
        }
    }

    /** Whatever STS does, who has a credential is served, nobody else is, and nothing of a token is said. */
    @ParameterizedTest
    @EnumSource(GoogleFault.class)
    void everyFaultOfStsLeavesWhoHasOneServed(GoogleFault fault) throws IOException {
        boolean silent = fault == GoogleFault.HANG || fault == GoogleFault.STALL_IN_BODY;
        FetchBounds bounds = silent
                ? new FetchBounds(Duration.ofHours(1), Duration.ofMillis(300), 65_536, Duration.ofSeconds(1))
                : BOUNDS;
        Principal known = person(TENANT, OID);
        try (LogCapture log = new LogCapture();
                CallerBroker broker = new CallerBroker(
                        List.of(new GatewayIssuer(
                                "staff",
                                ISSUER,
                                PROVIDER,
                                directory.resolve("keys"),
                                null,
                                google.address(),
                                google.address())),
                        bounds,
                        ISSUE,
                        InstantSource.system())) {
            Credential before = Objects.requireNonNull(credential(broker, known));
            google.failSts(fault);
            CredentialLookup stranger = lookup(broker, person(TENANT, APP));
            boolean harmless = fault == GoogleFault.NONE || fault == GoogleFault.NO_FLAVOR;
            assertThat(stranger instanceof CredentialLookup.Ready).isEqualTo(harmless);
            assertThat(credential(broker, known)).isSameAs(before);
            String said = String.join("\n", log.lines()) + broker.status() + stranger;
            assertThat(google.tokensIssued()).noneMatch(said::contains);
            assertThat(said).doesNotContain("eyJ");
        }
    }
}
