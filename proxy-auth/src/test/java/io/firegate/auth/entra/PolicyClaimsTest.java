package io.firegate.auth.entra;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.auth.input.StrictJson;
import io.firegate.fixtures.entra.SigningKey;
import io.firegate.fixtures.entra.TokenMint;
import io.firegate.policy.condition.PolicyValue.Array;
import io.firegate.policy.condition.PolicyValue.Bool;
import io.firegate.policy.condition.PolicyValue.Int;
import io.firegate.policy.condition.PolicyValue.Real;
import io.firegate.policy.condition.PolicyValue.Text;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which claims of a token reach the policy, and as what. */
class PolicyClaimsTest {
    private static Map<String, Object> json(String text) {
        return Objects.requireNonNull(
                StrictJson.object(text.getBytes(StandardCharsets.UTF_8), StrictJson.Duplicates.NESTED_ALLOWED));
    }

    @Test
    void onlyTheListedOnesOfAKnownForm() {
        Map<String, Object> claims = json("""
                {"text": "t1", "empty": "", "whole": 3, "part": 1.5, "yes": true, "many": ["a", "b"], "none": [],
                 "nothing": null, "map": {"a": 1}, "mixed": ["a", 1], "half": "\\ud800", "halves": ["\\ud800"],
                 "pair": "\\ud83d\\ude00", "unlisted": "x"}
                """);

        assertThat(PolicyClaims.of(
                        claims,
                        Set.of(
                                "text", "empty", "whole", "part", "yes", "many", "none", "nothing", "map", "mixed",
                                "half", "halves", "pair", "missing")))
                .isEqualTo(Map.of(
                        "text", new Text("t1"),
                        "empty", new Text(""),
                        "whole", new Int(3),
                        "part", new Real(1.5),
                        "yes", new Bool(true),
                        "many", new Array(List.of(new Text("a"), new Text("b"))),
                        "none", new Array(List.of()),
                        "pair", new Text("\uD83D\uDE00")));
        assertThat(PolicyClaims.of(claims, Set.of())).isEmpty();
    }

    @Test
    void theTenantSaysWhich() {
        SigningKey key = SigningKey.generate("k1");
        FakeKeySource source = new FakeKeySource();
        TenantSettings plain = Samples.tenant(source);
        TenantSettings open = new TenantSettings(
                plain.id(),
                plain.versions(),
                plain.audiences(),
                plain.demands(),
                plain.authority(),
                source,
                Set.of("extn_tenant", "missing"),
                false);
        Map<String, Object> claims = Samples.claims(Samples.NOW);
        claims.put("extn_tenant", "t1");
        claims.put("extn_other", "o");
        String token = TokenMint.mint(TokenMint.header(key), claims, key);
        for (TenantSettings settings : List.of(plain, open)) {
            try (TokenVerifier verifier = new TokenVerifier(
                    List.of(settings), Samples.TOKEN_BOUNDS, Samples.KEY_BOUNDS, new TestClock(Samples.NOW))) {
                source.publish(key.jwk(null));
                Verification verification = Samples.verify(verifier, token);
                assertThat(verification).isInstanceOf(Verification.Verified.class);
                assertThat(((Verification.Verified) verification)
                                .token()
                                .principal()
                                .claims())
                        .isEqualTo(settings.equals(open) ? Map.of("extn_tenant", new Text("t1")) : Map.of());
            }
        }
    }
}
