package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Firegate as an OIDC issuer for one credential: what it says of a caller to Google STS.
 *
 * @param name the credential's, under {@code credentials}
 * @param issuer {@code iss}, as the workload identity provider has it; nothing is ever fetched from there
 * @param audience the provider
 * @param keys the directory of the issuer's keys
 * @param account a service account to act as after the exchange; null to use the federated token itself
 * @param sts Google's token service, scheme and host
 * @param iam IAM Credentials, scheme and host
 */
public record GatewayIssuer(
        String name,
        String issuer,
        String audience,
        Path keys,
        @Nullable String account,
        URI sts,
        URI iam) {
    /** The claim the provider maps to {@code google.subject}. */
    public static final String SUBJECT = "sub";

    /** The claim that tells which credential, to be mapped to an attribute that IAM grants rights to. */
    public static final String CREDENTIAL = "credential";

    /** What a provider of this issuer maps; {@code config/} and the documentation must say the same. */
    public static final String ATTRIBUTE_MAPPING =
            "google.subject=assertion.sub,attribute.credential=assertion.credential,attribute.tenant=assertion.tid,attribute.app=assertion.azp";

    /** Of whom a token is. Google's {@code google.subject} has at most 127 bytes; this has 73. */
    record Caller(Guid tenant, Guid oid, Guid app) {
        static Caller of(Principal principal) {
            return new Caller(principal.tenant(), principal.oid(), principal.app());
        }

        String subject() {
            return tenant + ":" + oid;
        }
    }

    /** Says who calls, for some minutes. Signs, so it takes a millisecond. */
    TokenReply assertion(Caller caller, Duration life, InstantSource clock) {
        Instant now = clock.instant();
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", issuer);
        claims.put(SUBJECT, caller.subject());
        // The provider's default audience is its own name as a URL.
        claims.put("aud", "https:" + audience);
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plus(life).getEpochSecond());
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("tid", caller.tenant().toString());
        claims.put("azp", caller.app().toString());
        claims.put(CREDENTIAL, name);
        try {
            IssuerKeys.Signer signer = new IssuerKeys(keys).signer();
            return new TokenReply.Issued(new FetchedToken(
                    SignedAssertion.sign(
                            SignedAssertion.Algorithm.RS256, signer.key(), Map.of("kid", signer.kid()), claims),
                    now.plus(life)));
        } catch (IssuerKeys.Unusable e) {
            return TokenReply.failed(CredentialProblem.ISSUER_KEY_UNUSABLE, String.valueOf(e.getMessage()));
        } catch (GeneralSecurityException e) {
            return TokenReply.failed(CredentialProblem.ISSUER_KEY_UNUSABLE, keys + " cannot sign");
        }
    }
}
