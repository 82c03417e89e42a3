package io.firegate.auth.entra;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.firegate.fixtures.entra.SigningKey;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KeySetReaderTest {
    private static final int KEYS_MAX = 5;
    private static final SigningKey GOOD = SigningKey.generate("good");
    private static final SigningKey OTHER = SigningKey.generate("other");

    static Stream<Arguments> unfitKeys() {
        String even = base64Url(OTHER.publicKey().getModulus().clearBit(0));
        return Stream.of(
                Arguments.of("1024 bits", SigningKey.generate("other", 1024).jwk(null)),
                Arguments.of("exponent 1", with("e", base64Url(BigInteger.ONE))),
                Arguments.of("exponent 0", with("e", base64Url(BigInteger.ZERO))),
                Arguments.of("even exponent", with("e", base64Url(BigInteger.valueOf(65536)))),
                Arguments.of(
                        "huge exponent",
                        with("e", base64Url(BigInteger.ONE.shiftLeft(200).setBit(0)))),
                Arguments.of("even modulus", with("n", even)),
                Arguments.of(
                        "huge modulus",
                        with("n", base64Url(BigInteger.ONE.shiftLeft(9000).setBit(0)))),
                Arguments.of("modulus not base64url", with("n", "***")),
                Arguments.of("modulus a number", with("n", 5)),
                Arguments.of("symmetric", with("kty", "oct")),
                Arguments.of("elliptic", with("kty", "EC")),
                Arguments.of("private", with("d", "AQAB")),
                Arguments.of("for encryption", with("use", "enc")),
                Arguments.of("for another algorithm", with("alg", "RS512")),
                Arguments.of("kid missing", without("kid")),
                Arguments.of("kid empty", with("kid", "")),
                Arguments.of("kid too long", with("kid", "k".repeat(129))),
                Arguments.of("kid a number", with("kid", 1)),
                Arguments.of("issuer a number", with("issuer", 1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unfitKeys")
    void anUnfitKeyIsLeftOutAndTheOthersStay(String why, Map<String, Object> unfit) {
        assertThat(read(List.of(GOOD.jwk(null), unfit)))
                .isInstanceOfSatisfying(
                        KeySetReader.Result.Keys.class,
                        keys -> assertThat(keys.byKid()).containsOnlyKeys("good"));
        assertThat(read(List.of(unfit))).isInstanceOf(KeySetReader.Result.Unusable.class);
    }

    @Test
    void useAndAlgMayBeMissingOrRight() {
        assertThat(read(List.of(without("use"), GOOD.jwk(null))))
                .isInstanceOfSatisfying(
                        KeySetReader.Result.Keys.class,
                        keys -> assertThat(keys.byKid()).containsOnlyKeys("good", "other"));
        assertThat(read(List.of(with("alg", "RS256")))).isInstanceOf(KeySetReader.Result.Keys.class);
    }

    @Test
    void aKidOfTwoDifferentKeysIsNobodysAndOneListedTwiceIsOne() {
        assertThat(read(List.of(GOOD.jwk(null), OTHER.withKid("good").jwk(null), OTHER.jwk(null))))
                .isInstanceOfSatisfying(
                        KeySetReader.Result.Keys.class,
                        keys -> assertThat(keys.byKid()).containsOnlyKeys("other"));
        assertThat(read(List.of(GOOD.jwk("a"), GOOD.jwk("b")))).isInstanceOf(KeySetReader.Result.Unusable.class);
        assertThat(read(List.of(GOOD.jwk(null), GOOD.jwk(null)))).isInstanceOf(KeySetReader.Result.Keys.class);
    }

    @Test
    void aSetWithTooManyKeysIsRefusedWhole() {
        List<Map<String, Object>> keys = new ArrayList<>();
        for (int i = 0; i < KEYS_MAX; i++) {
            keys.add(GOOD.withKid("k" + i).jwk(null));
        }
        assertThat(read(keys)).isInstanceOf(KeySetReader.Result.Keys.class);
        keys.add(OTHER.jwk(null));
        assertThat(read(keys)).isInstanceOf(KeySetReader.Result.Unusable.class);
    }

    @Test
    void aMemberNamedTwiceMakesTheSetUnreadable() {
        String twice = JSONObjectUtils.toJSONString(GOOD.jwk(null)).replace("{", "{\"kid\":\"x\",");
        assertThat(KeySetReader.read(("{\"keys\":[" + twice + "]}").getBytes(StandardCharsets.UTF_8), KEYS_MAX))
                .isInstanceOf(KeySetReader.Result.Unusable.class);
    }

    private static KeySetReader.Result read(List<Map<String, Object>> keys) {
        String json = JSONObjectUtils.toJSONString(Map.of("keys", keys));
        return KeySetReader.read(json.getBytes(StandardCharsets.UTF_8), KEYS_MAX);
    }

    private static Map<String, Object> with(String member, Object value) {
        Map<String, Object> jwk = new LinkedHashMap<>(OTHER.jwk(null));
        jwk.put(member, value);
        return jwk;
    }

    private static Map<String, Object> without(String member) {
        Map<String, Object> jwk = new LinkedHashMap<>(OTHER.jwk(null));
        jwk.remove(member);
        return jwk;
    }

    private static String base64Url(BigInteger value) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(value.toByteArray());
    }
}
