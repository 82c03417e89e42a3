package io.firegate.benchmarks;

import io.firegate.auth.entra.Authority;
import io.firegate.auth.entra.Demands;
import io.firegate.auth.entra.KeyBounds;
import io.firegate.auth.entra.KeySource;
import io.firegate.auth.entra.TenantSettings;
import io.firegate.auth.entra.TokenBounds;
import io.firegate.auth.entra.TokenVerifier;
import io.firegate.auth.entra.TokenVersion;
import io.firegate.auth.entra.Verification;
import io.firegate.auth.entra.VerifiedToken;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.Persona;
import io.firegate.policy.Guid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One token of 20 groups, in the three ways it can come, and beside them the RSA verification alone that one of them cannot do without. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TokenBenchmark {
    private static final InstantSource CLOCK = InstantSource.system();
    static final Guid TENANT = new Guid("11111111-2222-3333-4444-555555555555");
    static final int GROUPS = 20;
    static final String AUDIENCE = "api://bench";
    static final String SCOPE = "Data.Access";
    /** One token more than the small verifier keeps by far, so that each comes as if for the first time. */
    private static final int COLD_TOKENS = 256;

    private final LocalIssuer issuer;
    private final TokenVerifier verifier;
    private final TokenVerifier forgetful;
    private final byte[][] headers = new byte[COLD_TOKENS][];
    private final VerifiedToken remembered;
    private final BareRsa bareJdk;
    private final BareRsa bareUsed;
    private int next;

    public TokenBenchmark() {
        try {
            issuer = LocalIssuer.start(CLOCK);
        } catch (IOException e) {
            throw new IllegalStateException("no port for the issuer", e);
        }
        LocalTenant tenant = issuer.addTenant(TENANT.value(), AUDIENCE, SCOPE);
        for (int i = 0; i < COLD_TOKENS; i++) {
            List<String> groups = Stream.generate(() -> UUID.randomUUID().toString())
                    .limit(GROUPS)
                    .toList();
            tenant.add(new Persona("p" + i, UUID.randomUUID().toString(), groups));
            headers[i] = ("Bearer " + tenant.userToken("p" + i)).getBytes(StandardCharsets.US_ASCII);
        }
        verifier = verifier(issuer.authority(), tenant.keySet(true), COLD_TOKENS);
        forgetful = verifier(issuer.authority(), tenant.keySet(true), 1);
        remembered = verified(verifier, headers[0]);
        String token = tenant.userToken("p0");
        bareJdk = new BareRsa(tenant, token, BareRsa.JDK);
        bareUsed = new BareRsa(tenant, token, TokenVerifier.signatureProvider());
        System.out.println("# signatures by " + bareUsed + ", in bareJdk by " + bareJdk);
    }

    /** One that keeps so many tokens. */
    static TokenVerifier verifier(String authority, String keySet, int tokensCached) {
        byte[] keys = keySet.getBytes(StandardCharsets.UTF_8);
        KeySource source =
                () -> CompletableFuture.completedFuture(new KeySource.Answer.Documents(Map.of(TokenVersion.V2, keys)));
        Duration hour = Duration.ofHours(1);
        KeyBounds bounds = new KeyBounds(65_536, 10, hour, hour, hour, KeyBounds.AGE_MAX_DEFAULT);
        TenantSettings settings = new TenantSettings(
                TENANT,
                Set.of(TokenVersion.V2),
                Set.of(AUDIENCE),
                Demands.scope(SCOPE),
                new Authority(authority, authority),
                source);
        return new TokenVerifier(
                List.of(settings), new TokenBounds(24_576, hour.multipliedBy(2), hour, tokensCached), bounds, CLOCK);
    }

    private static VerifiedToken verified(TokenVerifier by, byte[] header) {
        if (by.verify(header, 0, header.length) instanceof Verification.Verified(VerifiedToken token)) {
            return token;
        }
        throw new IllegalStateException("the token to be measured is not good");
    }

    /** The very header object HPACK handed out before: only its time and its key are looked at. */
    @Benchmark
    public boolean memo() {
        return remembered.holds(CLOCK.millis());
    }

    /** The same text again: SHA-256 and a look-up. */
    @Benchmark
    public VerifiedToken digest() {
        return verified(verifier, headers[0]);
    }

    /** A text not seen lately: parsed, signature checked, claims read. */
    @Benchmark
    public VerifiedToken cold() {
        return verified(forgetful, headers[next++ % COLD_TOKENS]);
    }

    /** The signature alone, its SHA-256 included, by the JDK. */
    @Benchmark
    public boolean bareJdk() {
        return bareJdk.verifies();
    }

    /** The same by the provider the verifier uses here. */
    @Benchmark
    public boolean bareUsed() {
        return bareUsed.verifies();
    }

    @TearDown
    public void close() {
        if (forgetful.signatureChecks() < next / 2) {
            throw new IllegalStateException("most tokens were remembered");
        }
        verifier.close();
        forgetful.close();
        issuer.close();
    }
}
