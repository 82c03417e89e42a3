package io.firegate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrpcRequestTest {
    @ParameterizedTest
    @CsvSource({
        "1n, 1",
        "99999999u, 99999999000",
        "1m, 1000000",
        "1S, 1000000000",
        "99999999M, 5999999940000000000",
        "2562047H, 9223369200000000000",
        "2562048H, 9223372036854775807",
        "99999999H, 9223372036854775807",
        "123456789S, -1",
        "S, -1",
        "'', -1",
        "1, -1",
        "1s, -1",
        "-1S, -1",
        "1.5S, -1",
    })
    void aTimeoutIsAtMostEightDigitsAndAUnit(String text, long nanos) {
        assertThat(GrpcRequest.timeoutNanos(text)).isEqualTo(nanos);
    }

    @Test
    void aTraceGoesOnWithoutWhatTheClientAddsToIt() {
        var head = GrpcRequest.head(new DefaultHttp2Headers(false)
                .path("/google.firestore.v1.Firestore/GetDocument")
                .add("traceparent", "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-added"));

        assertThat(head.traceparent()).isEqualTo("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    }
}
