package io.firegate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.exchange.Origin;
import io.firegate.policy.IpAddress;
import io.firegate.policy.Network;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustedProxiesTest {
    private static final TrustedProxies PROXIES = new TrustedProxies(Stream.of("10.0.0.0/8", "2001:db8::/32")
            .map(text -> Network.parse(text).orElseThrow())
            .toList());

    /** The other end, the X-Forwarded-For headers with {@code |} between them, the client or nothing when it is not known. */
    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = ';', textBlock = """
            # Nobody's word counts but a trusted proxy's.
            192.0.2.1; -; 192.0.2.1
            192.0.2.1; 198.51.100.7; 192.0.2.1
            192.0.2.1; 10.0.0.1; 192.0.2.1
            10.0.0.1; 198.51.100.7; 198.51.100.7
            2001:db8::1; 2001:db9::7; 2001:db9::7
            ::ffff:10.0.0.1; 198.51.100.7; 198.51.100.7
            # What a client wrote itself stands further left.
            10.0.0.1; 10.9.9.9, 198.51.100.7; 198.51.100.7
            10.0.0.1; 203.0.113.1, 198.51.100.7, 10.0.0.2, 10.0.0.3; 198.51.100.7
            10.0.0.1; 203.0.113.1|198.51.100.7|10.0.0.2; 198.51.100.7
            10.0.0.1; 203.0.113.1, 198.51.100.7|10.0.0.2; 198.51.100.7
            10.0.0.1; garbage, 198.51.100.7; 198.51.100.7
            # A proxy is never the client: one that says nothing leaves nobody.
            10.0.0.1; -; -
            2001:db8::1; -; -
            10.0.0.1; 10.0.0.9; -
            10.0.0.1; 10.0.0.9, 10.0.0.2; -
            10.0.0.1; 10.0.0.9|10.0.0.2; -
            # As some proxies write it.
            10.0.0.1; 198.51.100.7:4711; 198.51.100.7
            10.0.0.1; [2001:db9::7]:4711; 2001:db9::7
            10.0.0.1; [2001:db9::7]; 2001:db9::7
            10.0.0.1; ' 198.51.100.7 ,10.0.0.2'; 198.51.100.7
            # What cannot be read is nobody.
            10.0.0.1; ''; -
            10.0.0.1; unknown; -
            10.0.0.1; _hidden; -
            10.0.0.1; 198.51.100.7,; -
            10.0.0.1; 198.51.100.7, ,10.0.0.2; -
            10.0.0.1; 198.51.100.7, nobody, 10.0.0.2; -
            10.0.0.1; 198.51.100.07; -
            10.0.0.1; 198.51.100.7:; -
            10.0.0.1; 198.51.100.7:x; -
            10.0.0.1; 198.51.100.7:123456; -
            10.0.0.1; [198.51.100.7]; -
            10.0.0.1; [198.51.100.7]:80; -
            10.0.0.1; [2001:db9::7]x; -
            10.0.0.1; [2001:db9::7; -
            10.0.0.1; 2001:db9::7%1; -
            10.0.0.1; '"198.51.100.7"'; -
            10.0.0.1; for=198.51.100.7; -
            10.0.0.1; 198.51.100.7 10.0.0.2; -
            """)
    void tellsWhoAsked(String peer, String header, String client) {
        Origin origin = PROXIES.origin(new Origin(peer, address(peer), false), headers(header));
        assertThat(origin.client()).isEqualTo(client == null ? null : address(client));
        assertThat(origin.peer()).isEqualTo(peer);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"10.0.0.1, 198.51.100.7", "127.0.0.1, 198.51.100.7", "192.0.2.1, -"})
    void withoutAnyOnlyTheConnectionCounts(String peer, String header) {
        Origin known = new Origin(peer, address(peer), false);
        assertThat(new TrustedProxies(List.of()).origin(known, headers(header))).isSameAs(known);
    }

    private static Http2Headers headers(String lines) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        if (lines != null) {
            for (String line : lines.split("\\|", -1)) {
                headers.add("x-forwarded-for", line);
            }
        }
        return headers.add("forwarded", "for=203.0.113.99").add("x-real-ip", "203.0.113.99");
    }

    private static IpAddress address(String text) {
        return IpAddress.parse(text).orElseThrow();
    }
}
