package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuidTest {
    private static final String TEXT = "5b1f0a52-9c3d-4e8f-8000-fedcba9876a1";

    @Test
    void isReadInEitherCaseAndWrittenInLower() {
        Guid guid = new Guid(TEXT);
        assertThat(guid.value()).isEqualTo(TEXT).isEqualTo(guid.toString());
        assertThat(Guid.parse("5B1F0a52-9C3D-4e8f-8000-FEDCBA9876A1")).contains(guid);
        UUID same = UUID.fromString(TEXT);
        assertThat(guid).isEqualTo(new Guid(same.getMostSignificantBits(), same.getLeastSignificantBits()));
        assertThatThrownBy(() -> new Guid("5B1f0a52-9c3d-4e8f-8000-fedcba9876a1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyPlaceCountsAndTakesADigitOnly() {
        for (int i = 0; i < Guid.CHARS; i++) {
            boolean dash = TEXT.charAt(i) == '-';
            for (char c = 0; c < 0x180; c++) {
                String text = TEXT.substring(0, i) + c + TEXT.substring(i + 1);
                boolean right = dash ? c == '-' : c < 0x80 && Character.digit(c, 16) >= 0;
                assertThat(Guid.parse(text).map(Guid::value))
                        .as(text)
                        .isEqualTo(right ? Optional.of(text.toLowerCase(Locale.ROOT)) : Optional.empty());
            }
        }
    }

    @Test
    void ofZerosAloneIsOneAsWell() {
        assertThat(Guid.parse("00000000-0000-0000-0000-000000000000")).contains(new Guid(0, 0));
    }

    @Test
    void isWrittenWhereItIsToStand() {
        byte[] to = new byte[Guid.CHARS + 5];
        assertThat(new Guid(TEXT).write(to, 3)).isEqualTo(3 + Guid.CHARS);
        assertThat(new String(to, StandardCharsets.ISO_8859_1)).isEqualTo("\0\0\0" + TEXT + "\0\0");
    }

    @Test
    void theOrderIsThatOfTheWriting() {
        List<Guid> ordered = List.of(new Guid(0, -1), new Guid(1, 2), new Guid(1, 3), new Guid(1, -1), new Guid(-1, 0));
        for (Guid one : ordered) {
            for (Guid other : ordered) {
                assertThat(Integer.signum(one.compareTo(other)))
                        .as("%s beside %s", one, other)
                        .isEqualTo(Integer.signum(one.value().compareTo(other.value())));
                assertThat(one.equals(other)).isEqualTo(one.value().equals(other.value()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5b1f0a52-9c3d-4e8f-8000-fedcba9876a",
                "5b1f0a52-9c3d-4e8f-8000-fedcba9876a10",
                "{5b1f0a52-9c3d-4e8f-8000-fedcba9876}",
                "5b1f0a529c3d4e8f8000fedcba9876a10000",
                "5b1f0a52-9c3d-4e8f-8000-fedcba9876\ud83d\ude00",
                "5b1f0a52-9c3d-4e8f-8000-fedcba9876\u0661\u0661"
            })
    void refusesEverythingElse(String text) {
        assertThat(Guid.parse(text)).isEmpty();
    }

    @Test
    void aSetHoldsEachOnceAndInOrder() {
        Guid small = new Guid(1, 2);
        Guid large = new Guid(-1, 0);
        Set<Guid> set = GuidSet.of(List.of(large, small, new Guid(1, 2)));
        assertThat(set)
                .containsExactly(small, large)
                .isEqualTo(Set.of(large, small))
                .hasSameHashCodeAs(Set.of(small, large));
        assertThat(set.contains(new Guid(-1, 0))).isTrue();
        assertThat(set.contains(new Guid(0, 0))).isFalse();
        assertThat(GuidSet.of(set)).isSameAs(set);
        assertThat(GuidSet.of(List.of())).isEmpty();
        assertThatThrownBy(() -> set.add(small)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> set.remove(small)).isInstanceOf(UnsupportedOperationException.class);
    }
}
