package io.firegate.auth.entra;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.fixtures.entra.SigningKey;
import io.firegate.fixtures.entra.TokenMint;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is remembered of a verified token, for how long, and for which spelling. */
class VerifiedTokenCacheTest {
    private static final SigningKey KEY = SigningKey.generate("k1");

    private final TestClock clock = new TestClock(Samples.NOW);
    private final FakeKeySource source = new FakeKeySource();
    private final TokenVerifier verifier = Samples.verifier(clock, source);

    @BeforeEach
    void publish() {
        source.publish(KEY.jwk(null));
    }

    @AfterEach
    void stop() {
        verifier.close();
    }

    @Test
    void aKnownTokenCostsNoSignatureAndGivesTheSameObject() {
        String token = Samples.token(KEY, Samples.NOW);
        Verification first = Samples.verify(verifier, token);
        Verification second = Samples.verify(verifier, token);
        assertThat(second).isSameAs(first).isInstanceOf(Verification.Verified.class);
        assertThat(verifier.signatureChecks()).isEqualTo(1);
    }

    @Test
    void aKnownTokenExpires() {
        String token = Samples.token(KEY, Samples.NOW);
        clock.advance(Duration.ofSeconds(4060).minusMillis(1));
        assertThat(Samples.verify(verifier, token)).isInstanceOf(Verification.Verified.class);
        clock.advance(Duration.ofMillis(1));
        assertThat(Samples.verify(verifier, token)).isEqualTo(new Verification.Refused(TokenProblem.EXPIRED));
    }

    /** Found by the signed part alone, the second would be let in unread. */
    @Test
    void anotherSignatureOverTheSameClaimsIsAnotherToken() {
        String token = Samples.token(KEY, Samples.NOW);
        assertThat(Samples.verify(verifier, token)).isInstanceOf(Verification.Verified.class);
        String signedPart = token.substring(0, token.lastIndexOf('.') + 1);
        String forged = signedPart + "A".repeat(token.length() - signedPart.length());
        assertThat(Samples.verify(verifier, forged)).isEqualTo(new Verification.Refused(TokenProblem.SIGNATURE));
    }

    @Test
    void anotherSpellingIsVerifiedAnewAndIsTheSamePrincipal() {
        String token = Samples.token(KEY, Samples.NOW);
        Verification first = Samples.verify(verifier, token);
        Verification second = Samples.verify(verifier, TokenMint.respellLastCharacter(token));
        assertThat(verifier.signatureChecks()).isEqualTo(2);
        assertThat(((Verification.Verified) second).token().principal())
                .isEqualTo(((Verification.Verified) first).token().principal());
    }

    @Test
    void refusalsAreNotRemembered() {
        String token = Samples.token(KEY, Samples.NOW.plus(Duration.ofMinutes(2)));
        assertThat(Samples.verify(verifier, token)).isEqualTo(new Verification.Refused(TokenProblem.NOT_YET_VALID));
        clock.advance(Duration.ofMinutes(1));
        assertThat(Samples.verify(verifier, token)).isInstanceOf(Verification.Verified.class);
    }

    @Test
    void neverHoldsMoreThanTheBound() {
        TokenBounds few = new TokenBounds(24_576, Duration.ofHours(2), Duration.ofSeconds(60), 8);
        try (TokenVerifier small = new TokenVerifier(List.of(Samples.tenant(source)), few, Samples.KEY_BOUNDS, clock)) {
            for (int i = 0; i < 40; i++) {
                Map<String, Object> claims = Samples.claims(Samples.NOW);
                claims.put("uti", "u" + i);
                String token = TokenMint.mint(TokenMint.header(KEY), claims, KEY);
                assertThat(Samples.verify(small, token)).isInstanceOf(Verification.Verified.class);
                assertThat(small.tokensCached()).isLessThanOrEqualTo(8);
            }
            assertThat(small.tokensCached()).isPositive();
        }
    }

    /** Every byte of a good token is changed in several ways; whatever still verifies must be the very same person. */
    @Test
    void noChangedByteMakesAnotherPrincipal() {
        Random random = new Random(20261122);
        byte[] header = ("Bearer " + Samples.token(KEY, Samples.NOW)).getBytes(StandardCharsets.ISO_8859_1);
        Verification good = verifier.verify(header, 0, header.length);
        VerifiedToken original = ((Verification.Verified) good).token();
        for (int at = "Bearer ".length(); at < header.length; at++) {
            for (int round = 0; round < 4; round++) {
                byte[] changed = header.clone();
                changed[at] ^= (byte) (round == 0 ? 1 : 1 + random.nextInt(255));
                if (verifier.verify(changed, 0, changed.length) instanceof Verification.Verified verified) {
                    assertThat(at).as("only the last character has unused bits").isEqualTo(header.length - 1);
                    assertThat(verified.token().principal()).isEqualTo(original.principal());
                }
            }
        }
    }
}
