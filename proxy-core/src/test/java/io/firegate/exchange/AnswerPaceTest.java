package io.firegate.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerPaceTest {
    private final List<Integer> returned = new ArrayList<>();
    private final ByteBudget budget = new ByteBudget(200_000);
    private final AnswerPace pace = new AnswerPace(returned::add, budget);

    @Test
    void theUpstreamWaitsForASlowClient() {
        pace.queued(AnswerPace.AHEAD_BYTES_MAX);
        pace.read(10);
        pace.queued(1);
        pace.read(20);
        pace.read(30);
        assertThat(returned).containsExactly(10);

        pace.consumed(1);
        assertThat(returned).containsExactly(10, 50);
    }

    @Test
    void whatWaitsForAClientIsHeldUntilItHasGoneOut() {
        pace.queued(150_000);
        pace.queued(50_000);
        assertThat(budget.isSpent()).isTrue();
        assertThat(budget.take(1)).isFalse();

        pace.consumed(150_000);
        assertThat(budget.isSpent()).isFalse();
        assertThat(budget.take(1)).isTrue();

        pace.consumed(50_000);
        assertThat(budget.held()).isEqualTo(1);
    }
}
