package io.firegate.e2e.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.PlainFirestore;
import io.firegate.e2e.conformance.Wire;
import io.firegate.e2e.differential.PlainPolicy.Person;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random policies, documents and requests, over gRPC and REST: what firegate answers and what it leaves behind is what a naive model
 * says. {@code -Ddifferential.cases=N} asks more, {@code -Ddifferential.first=S} begins at another seed; a failure prints its seed, its
 * case, and the smallest of it that still differs.
 */
class DifferentialTest {
    private static final int CASES_PER_WORLD = 40;

    /** One is told for each seed; with so many, no more are looked for. */
    private static final int FAILURES_MAX = 5;

    /** Worlds that share a gateway. */
    private static final int WORLDS = 25;

    @Test
    void answersAsTheModel(@TempDir Path directory) throws Exception {
        int cases = Integer.getInteger("differential.cases", 240);
        long first = Long.getLong("differential.first", 1);
        long after = first + (cases + CASES_PER_WORLD - 1) / CASES_PER_WORLD;
        Map<String, Integer> statuses = new TreeMap<>();
        List<String> failures = new ArrayList<>();
        for (long from = first; from < after && failures.size() < FAILURES_MAX; from += WORLDS) {
            Map<String, PlainPolicy> policies = new LinkedHashMap<>();
            for (long seed = from; seed < Math.min(after, from + WORLDS); seed++) {
                policies.put("w" + seed, new RandomPolicies(new Random(seed)).policy());
            }
            try (Bench bench = new Bench(Files.createTempDirectory(directory, "bench"), policies)) {
                long seed = from;
                for (PlainPolicy policy : policies.values()) {
                    run(bench, seed++, policy, statuses, failures);
                }
            }
        }
        assertThat(failures).isEmpty();
        // A test that is always refused, or never, tests nothing.
        assertThat(answered(statuses, "OK")).as("%s", statuses).isGreaterThan(cases / 4);
        assertThat(answered(statuses, "PERMISSION_DENIED")).as("%s", statuses).isGreaterThan(cases / 4);
        assertThat(answered(statuses, "UNENFORCEABLE")).as("%s", statuses).isLessThan(cases / 10);
        System.out.println(cases + " cases: " + statuses);
    }

    private static int answered(Map<String, Integer> statuses, String word) {
        return statuses.entrySet().stream()
                .filter(entry -> entry.getKey().contains(word))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    private static void run(
            Bench bench, long seed, PlainPolicy policy, Map<String, Integer> statuses, List<String> failures) {
        Random random = new Random(seed * 1_000_003);
        RandomPolicies draw = new RandomPolicies(random);
        RandomRequests requests = new RandomRequests(random);
        World world = new World("w" + seed, policy, World.documents(draw), bench.admin);
        List<Person> bound = policy.bindings().stream()
                .map(PlainPolicy.Binding::person)
                .distinct()
                .toList();
        for (int i = 0; i < CASES_PER_WORLD; i++) {
            Person person = draw.chance(10) ? draw.one(List.of(Person.values())) : draw.one(bound);
            boolean transaction = draw.chance(12);
            List<Message> asked = new ArrayList<>();
            if (transaction) {
                for (int n = random.nextInt(3); n > 0; n--) {
                    asked.add(requests.request(true));
                }
                asked.add(requests.commit());
            } else {
                asked.add(requests.request(false));
            }
            Case one = new Case(person, draw.chance(2), transaction, asked);
            Optional<String> difference = Trial.differs(world, bench.wire(person), one, statuses);
            if (difference.isPresent()) {
                // At once, for making it smaller takes its time.
                System.out.println("seed " + seed + ", case " + i + ": " + difference.get() + "\n" + one);
                failures.add("seed " + seed + ", case " + i + ": " + difference.get() + "\n" + one + "\n"
                        + new Smallest(bench, world, one).describe());
                return;
            }
        }
    }

    /** A gateway with policies of some databases, and its callers. */
    static final class Bench implements AutoCloseable {
        final GatewayHarness harness;
        final PlainFirestore admin;
        private final Map<Person, Wire> wires = new EnumMap<>(Person.class);

        Bench(Path directory, Map<String, PlainPolicy> policies) throws Exception {
            harness = GatewayHarness.withPolicy(directory, PlainPolicy.file(policies), "--set", "limits.drainMillis=0");
            admin = new PlainFirestore(
                    GatewayHarness.emulator().endpoint(), "owner", "projects/" + harness.project() + "/databases/none");
            for (Person person : Person.values()) {
                wires.put(
                        person,
                        new Wire(
                                "127.0.0.1:" + harness.plaintextPort(),
                                harness.tenant().userToken(person.persona()),
                                admin.database()));
            }
        }

        Wire wire(Person person) {
            return java.util.Objects.requireNonNull(wires.get(person));
        }

        @Override
        public void close() throws IOException {
            wires.values().forEach(Wire::close);
            admin.close();
            harness.close();
        }
    }
}
