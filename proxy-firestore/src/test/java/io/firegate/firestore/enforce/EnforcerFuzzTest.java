package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.RandomMessages;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A seeded search for bytes that make the enforcer throw or leak, whatever the policy demands of them. {@code -Dfuzz.seconds=N} looks so
 * long, {@code -Dfuzz.seed=S} begins elsewhere; a failure names its seed.
 */
class EnforcerFuzzTest {
    private static final int ROUNDS = 8_000;

    private static final List<Frames> KINDS = List.of(Frames.values());

    private final Enforcer enforcer = new Enforcer(TestHandles.SEALER, TestHandles.PARTS_MAX);

    @Test
    void whateverTheBytesItAnswers() {
        int seconds = Integer.getInteger("fuzz.seconds", 0);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long first = Long.getLong("fuzz.seed", 1);
        Map<RequestFuzzer.Outcome, Integer> outcomes = new EnumMap<>(RequestFuzzer.Outcome.class);
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
        assertThat(outcomes.keySet())
                .contains(RequestFuzzer.Outcome.ADMITTED, RequestFuzzer.Outcome.INVALID, RequestFuzzer.Outcome.DENIED);
    }

    private RequestFuzzer.Outcome ask(long seed) {
        Random random = new Random(seed);
        FirestoreMethod method = RequestFuzzer.METHODS.get(random.nextInt(RequestFuzzer.METHODS.size()));
        byte[] message;
        if (random.nextInt(4) == 0) {
            message =
                    new RandomMessages(seed).next(method.rpcName() + "Request").toByteArray();
        } else {
            Scenario scenario = RequestFuzzer.SCENARIOS.get(random.nextInt(RequestFuzzer.SCENARIOS.size()));
            method = scenario.method();
            message = scenario.request();
        }
        for (int times = random.nextInt(3); times > 0 && message.length > 0; times--) {
            message = mutated(message, random);
        }
        return RequestFuzzer.ask(enforcer, method, message, KINDS.get(random.nextInt(KINDS.size())), seed);
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
