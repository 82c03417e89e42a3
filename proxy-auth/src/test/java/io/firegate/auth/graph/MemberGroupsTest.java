package io.firegate.auth.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is asked, how often, how long it serves, and what becomes of it when nobody answers. */
class MemberGroupsTest {
    private static final Guid TENANT = guid(1);
    private static final Guid OTHER_TENANT = guid(2);
    private static final Guid MEMBER_OF = guid(100);
    private static final Guid OTHER = guid(101);
    private static final Set<Guid> NAMED = Set.of(MEMBER_OF, OTHER);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-28T12:00:00Z"));
    private final Fake directory = new Fake();
    private final Fake otherDirectory = new Fake();

    /** A directory as the test sets it; a list of what it was asked. */
    private static final class Fake implements Directory {
        private final List<Set<Guid>> asked = new ArrayList<>();
        private final Deque<CompletableFuture<Answer>> held = new ArrayDeque<>();
        private @Nullable Answer failure;
        private boolean holding;
        private Set<Guid> members = Set.of(MEMBER_OF);

        @Override
        public CompletionStage<Answer> memberOf(Guid oid, Principal.Kind kind, Set<Guid> groups, Duration within) {
            asked.add(groups);
            assertThat(groups).hasSizeBetween(1, 20);
            assertThat(within).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(5));
            if (holding) {
                CompletableFuture<Answer> later = new CompletableFuture<>();
                held.add(later);
                return later;
            }
            return CompletableFuture.completedFuture(answer(groups));
        }

        Answer answer(Set<Guid> groups) {
            Set<Guid> in = new HashSet<>(groups);
            in.retainAll(members);
            return failure == null ? new Answer.Groups(in) : failure;
        }

        void failWith(GraphProblem problem, Duration retryAfter) {
            failure = new Answer.Failed(problem, "as the test says", retryAfter);
        }
    }

    private MemberGroups groups(int lookupsMax) {
        return new MemberGroups(
                Map.of(TENANT, directory, OTHER_TENANT, otherDirectory),
                new GraphBounds(
                        Duration.ofSeconds(5),
                        1024,
                        100,
                        lookupsMax,
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(15),
                        10,
                        Duration.ofSeconds(30)),
                now::get,
                null);
    }

    private void pass(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }

    private static Guid guid(int number) {
        return new Guid("00000000-0000-4000-8000-%012d".formatted(number));
    }

    private static Principal caller(Guid tenant, int oid) {
        return new Principal(tenant, guid(oid), Principal.Kind.USER, guid(9), Set.of(), Set.of(), "", Instant.MAX);
    }

    private static final Membership MEMBER = new Membership.Known(Set.of(MEMBER_OF));

    @Test
    void anAnswerServesUntilItIsTooOldAndNoLonger() {
        try (MemberGroups groups = groups(8)) {
            Principal caller = caller(TENANT, 7);
            assertThat(groups.of(caller, NAMED)).isEqualTo(MEMBER);
            pass(Duration.ofMinutes(5).minusMillis(1));
            assertThat(groups.of(caller, NAMED)).isEqualTo(MEMBER);
            assertThat(directory.asked).hasSize(1);

            // Graph is down from here on: what is known serves to its end.
            directory.failWith(GraphProblem.SERVER_ERROR, Duration.ZERO);
            pass(Duration.ofMinutes(10));
            assertThat(groups.of(caller, NAMED)).isEqualTo(MEMBER);
            pass(Duration.ofMillis(1));
            assertThat(groups.of(caller, NAMED)).isInstanceOf(Membership.Unknown.class);
        }
    }

    @Test
    void anOldAnswerIsRefreshedWhileItServes() {
        try (MemberGroups groups = groups(8)) {
            Principal caller = caller(TENANT, 7);
            groups.of(caller, NAMED);
            directory.members = Set.of();
            pass(Duration.ofMinutes(5));
            assertThat(groups.of(caller, NAMED)).as("the one at hand").isEqualTo(MEMBER);
            assertThat(groups.of(caller, NAMED)).as("the new one").isEqualTo(new Membership.Known(Set.of()));
            assertThat(directory.asked).hasSize(2);
        }
    }

    @Test
    void aClockSetBackDoesNotMakeAnAnswerLiveLonger() {
        try (MemberGroups groups = groups(8)) {
            Principal caller = caller(TENANT, 7);
            groups.of(caller, NAMED);
            pass(Duration.ofHours(-2));
            directory.failWith(GraphProblem.TIMEOUT, Duration.ZERO);
            assertThat(groups.of(caller, NAMED)).isInstanceOf(Membership.Unknown.class);
        }
    }

    @Test
    void theSameObjectIdInTwoTenantsIsTwoPrincipals() {
        try (MemberGroups groups = groups(8)) {
            otherDirectory.members = Set.of(OTHER);
            assertThat(groups.of(caller(TENANT, 7), NAMED)).isEqualTo(MEMBER);
            assertThat(groups.of(caller(OTHER_TENANT, 7), NAMED)).isEqualTo(new Membership.Known(Set.of(OTHER)));
        }
    }

    @Test
    void aTenantWithoutGraphIsNeverTakenForOneWithoutGroups() {
        try (MemberGroups groups = groups(8)) {
            assertThatThrownBy(() -> groups.of(caller(guid(3), 7), NAMED)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void allWhoWaitForOneCallerShareOneLookup() {
        try (MemberGroups groups = groups(8)) {
            directory.holding = true;
            List<Membership> waiting = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                waiting.add(groups.of(caller(TENANT, 7), NAMED));
            }
            assertThat(directory.asked).hasSize(1);
            directory.held.remove().complete(directory.answer(NAMED));
            for (Membership one : waiting) {
                assertThat(one).isInstanceOf(Membership.Pending.class);
                assertThat(((Membership.Pending) one).outcome().toCompletableFuture())
                        .isCompletedWithValue((Membership.Outcome) MEMBER);
            }
        }
    }

    @Test
    void lookupsAtOnceAreBounded() {
        try (MemberGroups groups = groups(3)) {
            directory.holding = true;
            for (int oid = 1; oid <= 3; oid++) {
                assertThat(groups.of(caller(TENANT, oid), NAMED)).isInstanceOf(Membership.Pending.class);
            }
            assertThat(groups.of(caller(TENANT, 4), NAMED))
                    .isEqualTo(new Membership.Unknown(GraphProblem.OVERLOADED, Duration.ofSeconds(1)));
            directory.held.remove().complete(directory.answer(NAMED));
            directory.holding = false;
            assertThat(groups.of(caller(TENANT, 4), NAMED)).isEqualTo(MEMBER);
        }
    }

    @Test
    void groupsAreAskedAboutTwentyAtATimeAndInBounds() {
        try (MemberGroups groups = groups(8)) {
            Set<Guid> many = new HashSet<>();
            for (int i = 0; i < 45; i++) {
                many.add(guid(100 + i));
            }
            directory.members = Set.of(guid(100), guid(144));
            assertThat(groups.of(caller(TENANT, 7), many)).isEqualTo(new Membership.Known(directory.members));
            assertThat(directory.asked).extracting(Set::size).containsExactly(20, 20, 5);
            for (int i = 0; i < 100; i++) {
                many.add(guid(1000 + i));
            }
            assertThat(groups.of(caller(TENANT, 7), many))
                    .isEqualTo(new Membership.Unknown(GraphProblem.OVERLOADED, Duration.ofSeconds(1)));
            assertThat(directory.asked).hasSize(3);
        }
    }

    @Test
    void aFailureInTheSecondBatchIsNoAnswer() {
        try (MemberGroups groups = groups(8)) {
            Set<Guid> many = new HashSet<>(NAMED);
            for (int i = 0; i < 30; i++) {
                many.add(guid(200 + i));
            }
            directory.holding = true;
            Membership waiting = groups.of(caller(TENANT, 7), many);
            directory.held.remove().complete(new Directory.Answer.Groups(Set.of(MEMBER_OF)));
            directory
                    .held
                    .remove()
                    .complete(new Directory.Answer.Failed(GraphProblem.SERVER_ERROR, "x", Duration.ZERO));
            assertThat(((Membership.Pending) waiting)
                            .outcome()
                            .toCompletableFuture()
                            .join())
                    .isInstanceOf(Membership.Unknown.class);
        }
    }

    @Test
    void aPolicyThatNamesAnotherGroupNeedsAnotherAnswer() {
        try (MemberGroups groups = groups(8)) {
            Principal caller = caller(TENANT, 7);
            assertThat(groups.of(caller, Set.of(OTHER))).isEqualTo(new Membership.Known(Set.of()));
            assertThat(groups.of(caller, NAMED))
                    .as("never taken from the old answer")
                    .isEqualTo(MEMBER);
            assertThat(groups.of(caller, Set.of(MEMBER_OF))).isEqualTo(MEMBER);
            assertThat(groups.of(caller, Set.of(OTHER))).isEqualTo(new Membership.Known(Set.of()));
            assertThat(directory.asked).hasSize(2);
        }
    }

    /** What a stream goes by: never later than the answer may serve, and soon where a fresher one is on its way. */
    @Test
    void whoStaysIsLookedAtAgainWithinTheBounds() {
        try (MemberGroups groups = groups(8)) {
            Principal caller = caller(TENANT, 7);
            groups.of(caller, NAMED);
            Instant asked = now.get();
            assertThat(groups.lookAgain(caller, now.get())).isEqualTo(asked.plus(Duration.ofMinutes(5)));
            pass(Duration.ofMinutes(4));
            assertThat(groups.lookAgain(caller, now.get())).isEqualTo(asked.plus(Duration.ofMinutes(5)));
            pass(Duration.ofMinutes(6));
            assertThat(groups.lookAgain(caller, now.get())).isEqualTo(now.get().plusSeconds(5));
            pass(Duration.ofMinutes(5).minusSeconds(1));
            assertThat(groups.lookAgain(caller, now.get()))
                    .as("too old in a second")
                    .isEqualTo(asked.plus(Duration.ofMinutes(15)));
            assertThat(groups.lookAgain(caller(TENANT, 8), now.get()))
                    .as("nothing is known")
                    .isEqualTo(now.get().plusSeconds(5));
        }
    }

    @Test
    void aPolicyThatNamesNoGroupAsksNobody() {
        try (MemberGroups groups = groups(8)) {
            assertThat(groups.of(caller(TENANT, 7), Set.of())).isEqualTo(new Membership.Known(Set.of()));
            assertThat(directory.asked).isEmpty();
        }
    }

    @Test
    void whoIsGoneIsKeptShortly() {
        try (MemberGroups groups = groups(8)) {
            directory.failure = new Directory.Answer.Nobody();
            assertThat(groups.of(caller(TENANT, 7), NAMED)).isEqualTo(new Membership.NoSuchPrincipal());
            directory.failure = null;
            pass(Duration.ofSeconds(29));
            assertThat(groups.of(caller(TENANT, 7), NAMED)).isEqualTo(new Membership.NoSuchPrincipal());
            pass(Duration.ofSeconds(1));
            assertThat(groups.of(caller(TENANT, 7), NAMED)).isEqualTo(MEMBER);
        }
    }

    @Test
    void aFailingGraphIsLeftAloneAndProbedOnce() {
        try (MemberGroups groups = groups(8)) {
            directory.failWith(GraphProblem.SERVER_ERROR, Duration.ZERO);
            for (int oid = 0; oid < 10; oid++) {
                assertThat(groups.of(caller(TENANT, oid), NAMED)).isInstanceOf(Membership.Unknown.class);
            }
            assertThat(directory.asked).as("three failures open the breaker").hasSize(3);
            assertThat(groups.of(caller(OTHER_TENANT, 1), NAMED))
                    .as("each tenant has its own")
                    .isEqualTo(MEMBER);

            pass(Duration.ofSeconds(1));
            directory.holding = true;
            groups.of(caller(TENANT, 20), NAMED);
            groups.of(caller(TENANT, 21), NAMED);
            assertThat(directory.asked).as("one probe at a time").hasSize(4);
            directory.held.remove().complete(directory.answer(NAMED));
            directory.holding = false;
            pass(Duration.ofSeconds(1));
            groups.of(caller(TENANT, 22), NAMED);
            assertThat(directory.asked).as("the pause has doubled").hasSize(4);
            pass(Duration.ofSeconds(1));
            directory.failure = null;
            assertThat(groups.of(caller(TENANT, 22), NAMED)).isEqualTo(MEMBER);
            assertThat(groups.of(caller(TENANT, 23), NAMED)).as("closed again").isEqualTo(MEMBER);
        }
    }

    @Test
    void aNamedTimeToComeBackIsKept() {
        try (MemberGroups groups = groups(8)) {
            directory.failWith(GraphProblem.THROTTLED, Duration.ofMinutes(2));
            assertThat(groups.of(caller(TENANT, 1), NAMED))
                    .isEqualTo(new Membership.Unknown(GraphProblem.THROTTLED, Duration.ofMinutes(2)));
            directory.failure = null;
            pass(Duration.ofSeconds(119));
            assertThat(groups.of(caller(TENANT, 1), NAMED))
                    .isEqualTo(new Membership.Unknown(GraphProblem.THROTTLED, Duration.ofSeconds(1)));
            assertThat(directory.asked).hasSize(1);
            pass(Duration.ofSeconds(1));
            assertThat(groups.of(caller(TENANT, 1), NAMED)).isEqualTo(MEMBER);
        }
    }

    @Test
    void aTimeToComeBackOfYearsIsNotBelieved() {
        try (MemberGroups groups = groups(8)) {
            directory.failWith(GraphProblem.THROTTLED, Duration.ofDays(1000));
            assertThat(groups.of(caller(TENANT, 1), NAMED))
                    .isEqualTo(new Membership.Unknown(GraphProblem.THROTTLED, Duration.ofMinutes(10)));
        }
    }

    @Test
    void whatIsKeptIsBounded() {
        try (MemberGroups groups = groups(8)) {
            for (int oid = 0; oid < 1000; oid++) {
                groups.of(caller(TENANT, oid), NAMED);
            }
            assertThat(groups.entries()).isLessThanOrEqualTo(10);
        }
    }

    @Test
    void aBrokenDirectoryIsNoAnswer() {
        try (MemberGroups groups = new MemberGroups(
                Map.of(TENANT, (oid, kind, asked, within) -> {
                    throw new IllegalStateException("a bug");
                }),
                new GraphBounds(
                        Duration.ofSeconds(5),
                        1024,
                        100,
                        8,
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(15),
                        10,
                        Duration.ofSeconds(30)),
                now::get,
                null)) {
            assertThat(groups.of(caller(TENANT, 1), NAMED)).isInstanceOf(Membership.Unknown.class);
        }
    }
}
