package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.IdentityPoolCredentials;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.RegisteredApp;
import io.firegate.fixtures.google.GoogleFault;
import io.firegate.fixtures.google.LocalGoogle;
import io.firegate.fixtures.google.Provider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Google's own library against the stand-ins: it goes the same way as firegate, from a workload's token by STS to an account's, so what the
 * stand-ins demand and answer is what Google's clients send and take.
 */
class GoogleLibraryTest {
    private static final String TENANT = "7f3d2c10-0000-4000-8000-0000000000e6";
    private static final String CLIENT = "7f3d2c10-0000-4000-8000-0000000000c6";
    private static final String OID = "7f3d2c10-0000-4000-8000-0000000000d6";
    private static final String PROVIDER =
            "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/entra/providers/proxy";
    private static final String ACCOUNT = "reader@clinic-prod.iam.gserviceaccount.com";

    private LocalIssuer issuer;
    private LocalTenant tenant;
    private LocalGoogle google;

    @BeforeEach
    void start() throws IOException {
        issuer = LocalIssuer.start(InstantSource.system());
        tenant = issuer.addTenant(TENANT, "api://federation", "unused");
        tenant.add(new RegisteredApp(CLIENT, "unused", OID, List.of()));
        google = LocalGoogle.start(InstantSource.system());
        google.add(new Provider(PROVIDER, tenant, "api://federation", Map.of("tid", TENANT, "oid", OID)));
        google.addAccount(ACCOUNT, OID);
    }

    @AfterEach
    void stop() {
        google.close();
        issuer.close();
    }

    /** The library wants https and Google's names; this brings what it sends there to the stand-in. */
    private HttpTransport transport() {
        return new HttpTransport() {
            @Override
            protected LowLevelHttpRequest buildRequest(String method, String url) {
                URI asked = URI.create(url);
                assertThat(asked.getHost()).isIn("sts.googleapis.com", "iamcredentials.googleapis.com");
                return new Relayed(method, URI.create(google.address() + asked.getRawPath()));
            }
        };
    }

    /** What the library sends, as it is, to another host. */
    private static final class Relayed extends LowLevelHttpRequest {
        /** The JDK's client sets these itself. */
        private static final Set<String> OWNED = Set.of("content-length", "content-type", "accept-encoding");

        private final String method;
        private final HttpRequest.Builder request;

        Relayed(String method, URI address) {
            this.method = method;
            this.request = HttpRequest.newBuilder(address);
        }

        @Override
        public void addHeader(String name, String value) {
            if (!OWNED.contains(name.toLowerCase(Locale.ROOT))) {
                request.header(name, value);
            }
        }

        @Override
        public LowLevelHttpResponse execute() throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            getStreamingContent().writeTo(body);
            // The library names a charset that the type does not have; STS takes it with and without.
            request.header("content-type", getContentType().replaceFirst(";.*", ""))
                    .method(method, HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()));
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
                return new MockLowLevelHttpResponse()
                        .setStatusCode(answer.statusCode())
                        .setContentType(
                                answer.headers().firstValue("content-type").orElse(""))
                        .setContent(answer.body());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }
    }

    private IdentityPoolCredentials credentials(@Nullable String account, String scope) {
        IdentityPoolCredentials.Builder builder = IdentityPoolCredentials.newBuilder()
                .setAudience(PROVIDER)
                .setSubjectTokenType("urn:ietf:params:oauth:token-type:jwt")
                .setTokenUrl("https://sts.googleapis.com/v1/token")
                .setSubjectTokenSupplier(context -> tenant.appToken(CLIENT))
                .setScopes(List.of(scope))
                .setHttpTransportFactory(this::transport);
        if (account != null) {
            builder.setServiceAccountImpersonationUrl(
                    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/" + account
                            + ":generateAccessToken");
        }
        return builder.build();
    }

    private static String authorization(IdentityPoolCredentials credentials) throws IOException {
        return Objects.requireNonNull(credentials.getRequestMetadata().get("Authorization"))
                .get(0);
    }

    @Test
    void theLibraryGetsAnAccountsTokenOfTheStandIns() throws IOException {
        IdentityPoolCredentials credentials = credentials(ACCOUNT, "https://www.googleapis.com/auth/datastore");
        assertThat(google.accountOf(authorization(credentials))).isEqualTo(ACCOUNT);
        AccessToken token = Objects.requireNonNull(credentials.getAccessToken());
        assertThat(Duration.between(
                        InstantSource.system().instant(),
                        Objects.requireNonNull(token.getExpirationTime()).toInstant()))
                .isBetween(Duration.ofMinutes(55), Duration.ofHours(1));
        assertThat(google.stsCalls()).isEqualTo(1);
        assertThat(google.iamCalls()).isEqualTo(1);
        credentials.getRequestMetadata();
        assertThat(google.stsCalls()).as("kept").isEqualTo(1);
    }

    @Test
    void theLibraryGetsAFederatedTokenOfTheStandIns() throws IOException {
        String authorization = authorization(credentials(null, "https://www.googleapis.com/auth/datastore"));
        assertThat(google.callerOf(authorization))
                .isEqualTo(new LocalGoogle.Caller(
                        "principal://iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/entra/subject/"
                                + OID,
                        Map.of()));
    }

    @Test
    void theLibraryReadsTheirErrors() {
        google.failSts(GoogleFault.INVALID_TARGET);
        assertThatThrownBy(() -> credentials(ACCOUNT, "https://www.googleapis.com/auth/datastore")
                        .getRequestMetadata())
                .rootCause()
                .hasMessageContaining("Error code invalid_target");
        google.failSts(GoogleFault.NONE);
        google.addAccount(ACCOUNT, "somebody-else");
        assertThatThrownBy(() -> credentials(ACCOUNT, "https://www.googleapis.com/auth/datastore")
                        .getRequestMetadata())
                .hasMessageContaining("Error requesting access token")
                .rootCause()
                .hasMessageContaining("403");
    }
}
