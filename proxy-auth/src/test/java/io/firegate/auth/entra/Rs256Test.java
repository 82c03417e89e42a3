package io.firegate.auth.entra;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever provider does the work, it takes what the JDK signed and nothing else. */
class Rs256Test {
    private static final byte[] TEXT = "header.payload and more".getBytes(StandardCharsets.US_ASCII);
    private static final int SIGNED = "header.payload".length();

    /** Bits of the modulus, exponent. The unusual ones go another way. */
    @ParameterizedTest
    @CsvSource({"2048, 65537", "3072, 65537", "2056, 65537", "2048, 3", "2048, 4294967311"})
    void aSignatureIsTheKeysOrNone(int bits, BigInteger exponent) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(new RSAKeyGenParameterSpec(bits, exponent));
        KeyPair pair = generator.generateKeyPair();
        byte[] good = sign("SHA256withRSA", pair);
        Rs256 key = Rs256.of((RSAPublicKey) pair.getPublic());
        assertThat(key.verifies(TEXT, SIGNED, good)).isTrue();
        assertThat(key.verifies(TEXT, SIGNED + 1, good)).isFalse();
        assertThat(key.verifies(TEXT, SIGNED - 1, good)).isFalse();
        bad(pair, good).forEach((what, signature) -> {
            assertThat(key.verifies(TEXT, SIGNED, signature)).as(what).isFalse();
            assertThat(key.verifies(TEXT, SIGNED, good))
                    .as("the good one after " + what)
                    .isTrue();
        });
        assertThat(Rs256.of((RSAPublicKey) generator.generateKeyPair().getPublic())
                        .verifies(TEXT, SIGNED, good))
                .as("another key")
                .isFalse();
    }

    private static Map<String, byte[]> bad(KeyPair pair, byte[] good) throws Exception {
        BigInteger modulus = ((RSAPublicKey) pair.getPublic()).getModulus();
        Map<String, byte[]> bad = new LinkedHashMap<>();
        bad.put("empty", new byte[0]);
        bad.put("one octet", new byte[1]);
        bad.put("one octet short", Arrays.copyOf(good, good.length - 1));
        bad.put("one octet long", Arrays.copyOf(good, good.length + 1));
        byte[] led = new byte[good.length + 1];
        System.arraycopy(good, 0, led, 1, good.length);
        bad.put("a zero in front", led);
        bad.put("zeros", new byte[good.length]);
        byte[] ones = new byte[good.length];
        Arrays.fill(ones, (byte) 0xff);
        bad.put("ones", ones);
        byte[] one = new byte[good.length];
        one[good.length - 1] = 1;
        bad.put("the number one", one);
        bad.put("the modulus", unsigned(modulus, good.length));
        bad.put("the modulus more", unsigned(new BigInteger(1, good).add(modulus), good.length + 1));
        for (int at : new int[] {0, good.length / 2, good.length - 1}) {
            byte[] flipped = good.clone();
            flipped[at] ^= 1;
            bad.put("a bit in octet " + at, flipped);
        }
        bad.put("by SHA-1", sign("SHA1withRSA", pair));
        bad.put("by SHA-512", sign("SHA512withRSA", pair));
        bad.put("of the digest", sign("NONEwithRSA", pair));
        return bad;
    }

    private static byte[] sign(String algorithm, KeyPair pair) throws Exception {
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(pair.getPrivate());
        signer.update(TEXT, 0, SIGNED);
        return signer.sign();
    }

    private static byte[] unsigned(BigInteger value, int length) {
        byte[] bytes = value.toByteArray();
        int from = Math.max(0, bytes.length - length);
        byte[] fitted = new byte[length];
        System.arraycopy(bytes, from, fitted, length - (bytes.length - from), bytes.length - from);
        return fitted;
    }
}
