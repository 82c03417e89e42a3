package io.firegate.auth.entra;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.Guid;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class GroupIdsTest {
    private static final String ID = "5b1f0a52-0000-4000-8000-0000000000a1";

    private final GroupIds ids = new GroupIds();

    @Test
    void anIdIsOneObject() {
        Guid first = ids.of(ID);
        assertThat(first).isEqualTo(new Guid(ID));
        assertThat(ids.of(String.valueOf(ID.toCharArray()))).isSameAs(first);
        assertThat(ids.of(ID.toUpperCase(Locale.ROOT))).isEqualTo(first);
        assertThat(ids.of("Finance Readers")).isNull();
        assertThat(ids.of("")).isNull();
    }

    @Test
    void whatIsBeyondTheBoundIsReadAndNotKept() {
        Guid first = ids.of(ID);
        for (int i = 0; i < 30_000; i++) {
            assertThat(ids.of(numbered(i))).isEqualTo(new Guid(numbered(i)));
        }
        assertThat(ids.of(ID)).isSameAs(first);
        assertThat(ids.of(numbered(0))).isSameAs(ids.of(numbered(0)));
        assertThat(ids.of(numbered(29_999))).isNotSameAs(ids.of(numbered(29_999)));
    }

    private static String numbered(int number) {
        return String.format(Locale.ROOT, "99999999-0000-4000-8000-%012d", number);
    }
}
