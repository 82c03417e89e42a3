package io.firegate.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.config.Limit;
import io.firegate.config.Limits;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeldBytesTest {
    private static final long MIB = 1 << 20;

    @Test
    void asManyAsTheLimitsSayWhereThereIsMemory() {
        HeldBytes held = HeldBytes.of(Limits.DEFAULTS, 768 * MIB);
        assertThat(held).isEqualTo(new HeldBytes(256 * MIB, 256 * MIB));
        assertThat(held.isAsSaid(Limits.DEFAULTS)).isTrue();
    }

    @Test
    void aThirdOfTheMemoryEachWhereThereIsLess() {
        HeldBytes held = HeldBytes.of(Limits.DEFAULTS, 128 * MIB);
        assertThat(held).isEqualTo(new HeldBytes(128 * MIB / 3, 128 * MIB / 3));
        assertThat(held.isAsSaid(Limits.DEFAULTS)).isFalse();
    }

    @Test
    void oneThatIsSmallEnoughStays() {
        Limits limits = new Limits(Map.of(Limit.ANSWER_BYTES_TOTAL, 4 * MIB));
        HeldBytes held = HeldBytes.of(limits, 128 * MIB);
        assertThat(held).isEqualTo(new HeldBytes(128 * MIB / 3, 4 * MIB));
        assertThat(held.isAsSaid(limits)).isFalse();
    }
}
