package io.firegate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.auth.entra.TokenProblem;
import io.firegate.firestore.method.FirestoreMethod;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestRequestTest {
    private static final String DOCUMENTS = "/v1/projects/p/databases/d/documents";

    @Test
    void readsWhatConcernsTheExchange() {
        Http2Headers headers = request("GET", DOCUMENTS + "/c/d?prettyPrint=false")
                .add("authorization", "Bearer a")
                .add("x-firegate-tier", "t")
                .add("x-server-timeout", "2")
                .add("traceparent", "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-added");

        var head = RestRequest.of(headers, false, -1, 100).head();

        assertThat(head.path()).isEqualTo(DOCUMENTS + "/c/d");
        assertThat(head.method()).isEqualTo(FirestoreMethod.GET_DOCUMENT);
        assertThat(String.valueOf(head.authorization())).isEqualTo("Bearer a");
        assertThat(head.namedTier()).isEqualTo("t");
        assertThat(head.timeoutNanos()).isEqualTo(2_000_000_000L);
        assertThat(head.traceparent()).isEqualTo("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        assertThat(head.refusal()).isNull();
        assertThat(head.credentialProblem()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/x?access_token=a, IN_URL",
        "/x?a=b&oauth_token=, IN_URL",
        "/x?xaccess_token=a, ",
        "/x?access_tokens=a, ",
        "/x, ",
    })
    void aTokenInTheUrlIsNoCredential(String path, TokenProblem problem) {
        assertThat(RestRequest.of(request("GET", path), false, -1, 100).head().credentialProblem())
                .isEqualTo(problem);
    }

    @Test
    void aPathNobodyKnowsIsCutInTheRecord() {
        var head = RestRequest.of(request("GET", "/" + "a".repeat(5_000)), false, -1, 100)
                .head();

        assertThat(head.path()).hasSize(200);
        assertThat(head.method()).isNull();
        assertThat(Objects.requireNonNull(head.refusal()).code().httpStatus()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1000000000",
        "0, 0",
        "0.5, 500000000",
        "999999.999999999, 999999999999999",
        "1., -1",
        ".5, -1",
        "'', -1",
        "1234567, -1",
        "1.0000000001, -1",
        "-1, -1",
        "1e3, -1",
        "1.2.3, -1",
        "NaN, -1",
    })
    void secondsAreDecimal(String text, long nanos) {
        assertThat(RestRequest.secondsAsNanos(text)).isEqualTo(nanos);
    }

    private static Http2Headers request(String method, String path) {
        return new DefaultHttp2Headers(false).method(method).path(path);
    }
}
