package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.federation.JsonCalls.Reply;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A token of an application of its own, from Entra's token endpoint: the client credentials grant with an assertion (RFC 7523). */
final class ClientCredentials implements TokenSource {
    /** Entra's advice is 5 to 10 minutes. */
    private static final Duration ASSERTION_LIFE = Duration.ofMinutes(5);

    private final TokenSource assertion;
    private final JsonCalls calls;
    private final URI address;
    private final String clientId;
    private final String resource;
    private final InstantSource clock;

    private ClientCredentials(
            TokenSource assertion,
            JsonCalls calls,
            URI address,
            String clientId,
            String resource,
            InstantSource clock) {
        this.assertion = assertion;
        this.calls = calls;
        this.address = address;
        this.clientId = clientId;
        this.resource = resource;
        this.clock = clock;
    }

    /**
     * Tokens of an application for one resource.
     *
     * @param tenant whose token endpoint is asked
     * @param bytesMax longest token file
     */
    static ClientCredentials of(
            EntraIdentity.Application application,
            String tenant,
            String resource,
            JsonCalls calls,
            int bytesMax,
            InstantSource clock) {
        URI address = URI.create(application.authority() + "/" + tenant + "/oauth2/v2.0/token");
        TokenSource assertion = switch (application) {
            case EntraIdentity.FederatedFile federated -> new TokenFile(federated.file(), null, bytesMax);
            case EntraIdentity.ClientCertificate certified ->
                () -> CompletableFuture.completedFuture(signed(certified, address, clock.instant()));
        };
        return new ClientCredentials(assertion, calls, address, application.clientId(), resource, clock);
    }

    private static TokenReply signed(EntraIdentity.ClientCertificate identity, URI address, Instant now) {
        try {
            X509Certificate certificate = PemFile.certificate(identity.certificate());
            if (now.isAfter(certificate.getNotAfter().toInstant())) {
                return missing(identity.certificate() + " expired at "
                        + certificate.getNotAfter().toInstant());
            }
            String thumbprint = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
            Map<String, Object> claims = new LinkedHashMap<>();
            claims.put("aud", address.toString());
            claims.put("iss", identity.clientId());
            claims.put("sub", identity.clientId());
            claims.put("jti", UUID.randomUUID().toString());
            claims.put("iat", now.getEpochSecond());
            claims.put("nbf", now.getEpochSecond());
            claims.put("exp", now.plus(ASSERTION_LIFE).getEpochSecond());
            return new TokenReply.Issued(new FetchedToken(
                    SignedAssertion.sign(
                            SignedAssertion.Algorithm.PS256,
                            PemFile.rsaKey(identity.key()),
                            Map.of("x5t#S256", thumbprint),
                            claims),
                    now.plus(ASSERTION_LIFE)));
        } catch (IOException e) {
            return missing(identity.certificate() + " or " + identity.key() + " cannot be read: "
                    + e.getClass().getSimpleName());
        } catch (GeneralSecurityException e) {
            return missing(identity.certificate() + " and " + identity.key() + " cannot be used: " + e.getMessage());
        }
    }

    private static TokenReply missing(String why) {
        return TokenReply.failed(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE, why);
    }

    @Override
    public CompletionStage<TokenReply> fetch() {
        return Chain.then(assertion.fetch(), this::ask);
    }

    private CompletionStage<TokenReply> ask(FetchedToken proof) {
        String form = "grant_type=client_credentials"
                + "&client_id=" + TokenExchange.encoded(clientId)
                + "&scope=" + TokenExchange.encoded(resource + "/.default")
                + "&client_assertion_type="
                + TokenExchange.encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                + "&client_assertion=" + TokenExchange.encoded(proof.text());
        Instant asked = clock.instant();
        return calls.send(HttpRequest.newBuilder(address)
                        .header("content-type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form)))
                .thenApply(reply -> switch (reply) {
                    case Reply.Broken broken -> broken.reply();
                    case Reply.Answer answer -> read(answer, asked);
                });
    }

    private static TokenReply read(Reply.Answer answer, Instant asked) {
        TokenReply failure = answer.commonFailure();
        if (failure != null) {
            return failure;
        }
        return answer.status() == 200
                ? answer.accessToken(asked)
                : answer.tokenRefusal(CredentialProblem.ENTRA_REFUSED);
    }
}
