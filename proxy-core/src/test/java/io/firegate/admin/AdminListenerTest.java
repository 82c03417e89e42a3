package io.firegate.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firegate.edge.Transport;
import io.firegate.metrics.Scrape;
import io.firegate.metrics.StillGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The admin listener on a real socket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminListenerTest {
    private static final InetSocketAddress FREE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /** Longer than the listener keeps any connection. */
    private static final int STUCK_MILLIS = 30_000;

    private StillGateway gateway;
    private AdminListener listener;

    @BeforeAll
    void start() {
        gateway = new StillGateway(StillGateway::noKeys, Map.of(), false);
        listener = AdminListener.bind(pages(), Transport.best(), FREE);
    }

    @AfterAll
    void stop() {
        listener.close();
        gateway.close();
    }

    private AdminPages pages() {
        return new AdminPages(
                Health.of(
                        new Stage(),
                        gateway.verifier,
                        gateway.groups,
                        () -> gateway.credentials,
                        gateway.policies,
                        gateway.record,
                        true),
                new Scrape(gateway.readings()));
    }

    /** A request as sent, and how the answer begins and ends. */
    record Case(String sent, String status, String within) {}

    static final List<Case> CASES = List.of(
            new Case("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK", "\r\n\r\nok\n"),
            new Case("GET /healthz HTTP/1.0\r\n\r\n", "200 OK", "\r\n\r\nok\n"),
            new Case("HEAD /livez HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK", "content-length: 3\r\n"),
            new Case("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n", "503 Service Unavailable", "[-] stage: starting"),
            new Case("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK", "# TYPE firegate_connections gauge\n"),
            new Case("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "404 Not Found", "/livez /readyz /startupz"),
            new Case("GET /livez/ HTTP/1.1\r\nHost: x\r\n\r\n", "404 Not Found", "no such page"),
            new Case("POST /livez HTTP/1.1\r\nHost: x\r\n\r\n", "405 Method Not Allowed", "allow: GET, HEAD\r\n"),
            new Case("DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "405 Method Not Allowed", "GET or HEAD"),
            new Case("GET /" + "a".repeat(9_000) + " HTTP/1.1\r\n\r\n", "400 Bad Request", "too long"),
            new Case("GET /livez HTTP/1.1\r\nX: " + "a".repeat(9_000) + "\r\n\r\n", "400 Bad Request", "too long"),
            new Case("nonsense\r\n\r\n", "400 Bad Request", "no HTTP request"),
            new Case(
                    "GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n\r\n",
                    "200 OK",
                    "\r\n\r\nok\n"));

    @ParameterizedTest
    @FieldSource("CASES")
    void answersOnceAndCloses(Case each) throws IOException {
        String answer;
        try (Socket socket = connect()) {
            socket.getOutputStream().write(each.sent().getBytes(ISO_8859_1));
            answer = readToEnd(socket);
        }
        assertThat(answer)
                .startsWith("HTTP/1.1 " + each.status() + "\r\n")
                .contains(each.within())
                .containsOnlyOnce("HTTP/1.1 ")
                .contains(
                        "cache-control: no-store\r\n", "x-content-type-options: nosniff\r\n", "connection: close\r\n");
        if (each.sent().startsWith("HEAD")) {
            assertThat(answer).endsWith("\r\n\r\n");
        }
    }

    @Test
    void aTakenAddressIsSaidAtOnce() {
        assertThatThrownBy(() -> AdminListener.bind(pages(), Transport.best(), listener.address()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Address already in use");
    }

    @Test
    void connectionsAreBoundedAndComeFreeAgain() throws IOException {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 64; i++) {
                silent.add(connect());
            }
            try (Socket oneMore = connect()) {
                assertThat(readToEnd(oneMore)).isEmpty();
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        long end = System.nanoTime() + STUCK_MILLIS * 1_000_000L;
        String answer = "";
        while (!answer.startsWith("HTTP/1.1 200") && System.nanoTime() - end < 0) {
            try (Socket socket = connect()) {
                socket.getOutputStream().write("GET /livez HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1));
                answer = readToEnd(socket);
            } catch (SocketException closed) {
                answer = "";
            }
        }
        assertThat(answer).startsWith("HTTP/1.1 200");
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.connect(listener.address());
        socket.setSoTimeout(STUCK_MILLIS);
        return socket;
    }

    private static String readToEnd(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
}
