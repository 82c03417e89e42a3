package io.firegate.auth.entra;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.Guid;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharedGuidsTest {
    private static final Guid ID = new Guid("5b1f0a52-0000-4000-8000-0000000000a1");

    private final SharedGuids shared = new SharedGuids();

    @Test
    void anIdIsOneObject() {
        Guid first = shared.of(ID);
        assertThat(first).isEqualTo(ID);
        assertThat(shared.of(new Guid(ID.value()))).isSameAs(first);
    }

    @Test
    @SuppressWarnings("ReferenceEquality") // whether it is the same object is the question
    void whatIsBeyondTheBoundIsNotKept() {
        Guid first = shared.of(ID);
        long kept = IntStream.range(0, 100_000)
                .filter(i -> {
                    Guid id = shared.of(numbered(i));
                    assertThat(id).isEqualTo(numbered(i));
                    return shared.of(numbered(i)) == id;
                })
                .count();
        assertThat(kept).isBetween(20_000L, 32_768L);
        assertThat(shared.of(new Guid(ID.value()))).isSameAs(first);
    }

    private static Guid numbered(int number) {
        return new Guid(0x99999999_0000_4000L, number);
    }
}
