package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/8, 9.255.255.255, false",
        "10.0.0.0/9, 10.127.255.255, true",
        "10.0.0.0/9, 10.128.0.0, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 2001:db8::1, true",
        // An IPv4 client is none of IPv6's, however it arrives.
        "::/0, 203.0.113.9, false",
        "::/0, ::ffff:203.0.113.9, false",
        "203.0.113.8/31, ::ffff:203.0.113.9, true",
        "203.0.113.8/31, ::ffff:cb00:7109, true",
        // Not the mapped form: an address of IPv6 with the same last bits.
        "203.0.113.8/31, ::203.0.113.9, false",
        "203.0.113.9, 203.0.113.9, true",
        "203.0.113.9, 203.0.113.8, false",
        "2001:db8::/32, 2001:db8:ffff::, true",
        "2001:db8::/32, 2001:db9::, false",
        "2001:db8:0:0:8000::/65, 2001:db8::8000:0:0:0, true",
        "2001:db8:0:0:8000::/65, 2001:db8::7fff:0:0:0, false",
        "2001:db8::/64, 2001:db8::ffff:0:0:0, true",
        "::1/128, ::1, true",
        "1:2:3:4:5:6:102:304/128, 1:2:3:4:5:6:1.2.3.4, true",
        "::/128, ::0.0.0.0, true",
    })
    void holdsItsAddresses(String network, String address, boolean holds) {
        assertThat(Network.parse(network)
                        .orElseThrow()
                        .contains(IpAddress.parse(address).orElseThrow()))
                .isEqualTo(holds);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.1/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/08",
                "10.0.0.0/",
                "10.0.0.0/8/8",
                "0.0.0.0/",
                "0.0.0.0/x",
                "0.0.0.0/1x",
                "0.0.0.0/1234",
                "::/:",
                "10.0.0/8",
                "010.0.0.0/8",
                "10.0.0.0x/8",
                "::/129",
                "2001:db8::1/32",
                "::ffff:10.0.0.0/104",
                "::ffff:10.0.0.0/8",
                "fe80::%eth0/64",
                "localhost/8"
            })
    void isNoNetwork(String text) {
        assertThat(Network.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1.2.3.4",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "1.2.3.04",
                "0x1.2.3.4",
                "1.2.3.٤",
                "16909060",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7::8:9",
                "::1:2:3:4:5:6:7:8",
                "12345::",
                "g::",
                "1.2.3.4::",
                "::1.2.3.4:5",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1.2.3.256",
                "fe80::1%1",
                "[::1]"
            })
    void isNoAddress(String text) {
        assertThat(IpAddress.parse(text)).isEmpty();
    }

    /** Whatever the JDK writes is read as the same address, and what is written here the JDK reads. */
    @Test
    void readsWhatTheJdkWrites() throws UnknownHostException {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            for (int k = random.nextInt(bytes.length); k < bytes.length - 1; k++) {
                bytes[k] = 0;
            }
            InetAddress jdk = InetAddress.getByAddress(bytes);
            IpAddress own = IpAddress.of(bytes).orElseThrow();
            assertThat(IpAddress.parse(jdk.getHostAddress())).contains(own);
            assertThat(InetAddress.getByName(own.toString())).isEqualTo(jdk);
        }
    }
}
