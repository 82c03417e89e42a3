package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.RandomMessages;
import io.firegate.policy.Access;
import io.firegate.policy.Obligations;
import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.condition.Comparison;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A seeded search for bytes that make the enforcer throw or leak, whatever the policy demands of them. {@code -Dfuzz.seconds=N} looks so
 * long, {@code -Dfuzz.seed=S} begins elsewhere; a failure names its seed.
 */
class EnforcerFuzzTest {
    private static final int ROUNDS = 8_000;

    private static final List<Frames> KINDS = List.of(Frames.values());

    private static final List<FirestoreMethod> METHODS = Stream.of(FirestoreMethod.values())
            .filter(method -> method.refusal() == null)
            .toList();

    /** Requests that make sense, for one change to be worth a look. */
    private static final List<Scenario> SCENARIOS = Scenario.all().stream()
            .filter(scenario -> scenario.method().refusal() == null)
            .toList();

    private final Enforcer enforcer = new Enforcer(TestHandles.SEALER);

    @Test
    void whateverTheBytesItAnswers() {
        int seconds = Integer.getInteger("fuzz.seconds", 0);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long first = Long.getLong("fuzz.seed", 1);
        Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
        long seed = first;
        while (seconds > 0 ? System.nanoTime() < end : seed < first + ROUNDS) {
            try {
                outcomes.merge(ask(seed), 1, Integer::sum);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
            seed++;
        }
        System.out.println(seed - first + " messages: " + outcomes);
        assertThat(outcomes.keySet()).contains(Outcome.ADMITTED, Outcome.INVALID, Outcome.DENIED);
    }

    private enum Outcome {
        ADMITTED,
        GUARDED,
        ANSWERED,
        DENIED,
        INVALID
    }

    private Outcome ask(long seed) {
        Random random = new Random(seed);
        FirestoreMethod method = METHODS.get(random.nextInt(METHODS.size()));
        byte[] message;
        if (random.nextInt(4) == 0) {
            message =
                    new RandomMessages(seed).next(method.rpcName() + "Request").toByteArray();
        } else {
            Scenario scenario = SCENARIOS.get(random.nextInt(SCENARIOS.size()));
            method = scenario.method();
            message = scenario.request();
        }
        for (int times = random.nextInt(3); times > 0 && message.length > 0; times--) {
            message = mutated(message, random);
        }
        ByteBuf framed = KINDS.get(random.nextInt(KINDS.size())).frame(message);
        Caller caller = new TestCaller(
                (database, accesses) -> TestCaller.permit(accesses, access -> obligations(access, seed)));

        Admission admission = enforcer.admit(method, framed, caller, TestRefusals.INSTANCE);

        Outcome outcome = switch (admission) {
            case Admission.Admitted(PermittedCall call) -> {
                call.release();
                yield Outcome.ADMITTED;
            }
            case Admission.Guarded guarded -> Outcome.GUARDED;
            case Admission.Answered answered -> Outcome.ANSWERED;
            case Admission.Denied denied -> Outcome.DENIED;
            case Admission.Invalid invalid -> Outcome.INVALID;
        };
        assertThat(framed.refCnt()).isZero();
        return outcome;
    }

    private static Obligations obligations(Access access, long seed) {
        Random random = new Random(seed + access.operation().name().length());
        FieldPath path = FieldPath.of("a", "b");
        RowFilter rows = switch (random.nextInt(4)) {
            case 0 -> new RowFilter.Rows(new RowPredicate.Compare(path, Comparison.EQUAL, new PolicyValue.Int(1)));
            case 1 -> new RowFilter.Rows(RowPredicate.Const.FALSE);
            default -> RowFilter.AllRows.INSTANCE;
        };
        FieldMask fields = switch (random.nextInt(4)) {
            case 0 -> new FieldMask.Hidden(List.of(path));
            case 1 -> new FieldMask.Shown(List.of(path));
            default -> FieldMask.AllFields.INSTANCE;
        };
        return new Obligations(
                rows,
                fields,
                random.nextInt(4) == 0
                        ? new WriteGuard.Readonly(List.of(FieldPath.of("c")))
                        : WriteGuard.NoGuard.INSTANCE);
    }

    private static byte[] mutated(byte[] message, Random random) {
        int at = random.nextInt(message.length);
        return switch (random.nextInt(4)) {
            case 0 -> {
                byte[] flipped = message.clone();
                flipped[at] ^= (byte) (1 << random.nextInt(8));
                yield flipped;
            }
            case 1 -> Arrays.copyOf(message, at);
            case 2 -> {
                byte[] longer = Arrays.copyOf(message, message.length + at);
                System.arraycopy(message, 0, longer, message.length, at);
                yield longer;
            }
            default -> {
                byte[] other = message.clone();
                other[at] = (byte) random.nextInt(256);
                yield other;
            }
        };
    }
}
