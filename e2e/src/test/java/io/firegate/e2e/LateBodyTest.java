package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.e2e.streams.MovableClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A verdict is about the moment the request is whole, not about the moment it began. */
class LateBodyTest {
    @Test
    void aTokenThatExpiresBeforeTheBodyHasComeIsRefused(@TempDir Path directory) throws Exception {
        MovableClock clock = new MovableClock();
        String policy = """
                version: 1
                tiers:
                  t:
                    databases: ["PROJECT/(default)"]
                    credential: local
                    rules: [ { id: open, path: "/open/{d}", allow: [get] } ]
                bindings: [ { tier: t, groups: [5b1f0a52-0000-4000-8000-0000000000e2] } ]
                """;
        try (GatewayHarness harness = GatewayHarness.withClock(directory, clock, policy);
                RawConnection connection = new RawConnection(harness.plaintextPort(), Duration.ofSeconds(30))) {
            String database = "projects/" + harness.project() + "/databases/(default)";
            byte[] body = "{\"documents\": [\"%s/documents/open/a\"]}"
                    .formatted(database)
                    .getBytes(StandardCharsets.UTF_8);
            String head = "POST /v1/" + database
                    + "/documents:batchGet HTTP/1.1\r\nhost: firegate\r\nauthorization: Bearer "
                    + harness.tenant().userToken("reader") + "\r\ncontent-type: application/json\r\ncontent-length: "
                    + body.length + "\r\nexpect: 100-continue\r\n\r\n";
            connection.send(head.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(connection.readHead(), StandardCharsets.US_ASCII))
                    .as("the token is good")
                    .startsWith("HTTP/1.1 100");
            clock.advance(Duration.ofHours(3));
            connection.send(body);
            RawConnection.Response answer = connection.readResponse();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.body()).contains("EXPIRED");
        }
    }
}
