package io.firegate.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which rule decides, of policies nobody wrote: the index answers what looking at every rule answers. */
class MostSpecificRuleTest {
    private static final Guid GROUP = new Guid("aaaaaaaa-0000-4000-8000-000000000001");
    static final Principal CALLER = new Principal(
            new Guid("11111111-2222-3333-4444-555555555555"),
            new Guid("bbbbbbbb-0000-4000-8000-000000000001"),
            Principal.Kind.USER,
            new Guid("cccccccc-0000-4000-8000-000000000001"),
            Set.of(GROUP),
            Set.of(),
            "",
            Instant.MAX);
    private static final List<Operation> OPERATIONS = List.of(Operation.GET, Operation.CREATE, Operation.DELETE);
    private static final String VARIABLE = "{v}";
    /** Ids of one length and one hash. */
    private static final String LONG_ID = "AaAaAaAaAa";

    private static final String ALIKE = "BBBBBBBBBB";
    private static final String ANY_DEPTH = "**";
    /** How many for each seed. */
    private static final int POLICIES = Integer.getInteger("specific.policies", 150);

    /** A rule as text: ids, {@value #VARIABLE} for each variable, and {@value #ANY_DEPTH} first or last. */
    private record Written(String id, List<String> segments, Set<Operation> allow) {
        /** What matches each segment of a path, best first: an id, a variable, any depth; null when the rule does not match. */
        private int @Nullable [] matches(List<String> path) {
            List<String> wanted = new ArrayList<>(segments);
            int free = path.size() - segments.size() + 1;
            int depth = segments.indexOf(ANY_DEPTH);
            if (depth >= 0) {
                if (free < 0) {
                    return null;
                }
                wanted.remove(depth);
                wanted.addAll(depth, Collections.nCopies(free, ANY_DEPTH));
            }
            if (wanted.size() != path.size()) {
                return null;
            }
            int[] by = new int[path.size() + 1];
            for (int i = 0; i < path.size(); i++) {
                switch (wanted.get(i)) {
                    case VARIABLE -> by[i] = 1;
                    case ANY_DEPTH -> by[i] = 2;
                    default -> {
                        if (!wanted.get(i).equals(path.get(i))) {
                            return null;
                        }
                    }
                }
            }
            by[path.size()] = depth < 0 ? 0 : 1;
            return by;
        }

        private String yaml() {
            StringBuilder path = new StringBuilder();
            for (int i = 0; i < segments.size(); i++) {
                String segment = segments.get(i);
                path.append('/')
                        .append(
                                segment.equals(VARIABLE)
                                        ? "{v" + i + "}"
                                        : segment.equals(ANY_DEPTH) ? "{x=**}" : segment);
            }
            return "      - { id: " + id + ", path: \"" + path + "\", allow: ["
                    + allow.stream().map(Rule::word).sorted().collect(Collectors.joining(", ")) + "] }\n";
        }
    }

    /** The rule that decides by the policy language's own words: segment by segment from the left, then the one that fits no other depth. */
    private static String mostSpecific(List<Written> rules, List<String> path, Operation operation) {
        String best = "NO_RULE";
        int[] bestBy = {};
        for (Written rule : rules) {
            int[] by = rule.allow.contains(operation) ? rule.matches(path) : null;
            if (by != null && (bestBy.length == 0 || Arrays.compare(by, bestBy) < 0)) {
                best = rule.id;
                bestBy = by;
            }
        }
        return best;
    }

    private static List<Written> draw(Random random) {
        List<Written> rules = new ArrayList<>();
        int count = 2 + random.nextInt(7);
        for (int i = 0; i < count; i++) {
            List<String> segments = new ArrayList<>();
            int pairs = random.nextInt(3);
            for (int pair = 0; pair < pairs; pair++) {
                segments.add(
                        random.nextInt(4) == 0
                                ? VARIABLE
                                : List.of("a", LONG_ID).get(random.nextInt(2)));
                segments.add(
                        random.nextBoolean() ? VARIABLE : List.of("x", LONG_ID).get(random.nextInt(2)));
            }
            int form = pairs == 0 ? 1 : random.nextInt(4);
            if (form < 2) {
                segments.add(form == 0 ? 0 : segments.size(), ANY_DEPTH);
            }
            Set<Operation> allow = OPERATIONS.stream()
                    .filter(operation -> random.nextBoolean())
                    .collect(Collectors.toSet());
            rules.add(new Written("r" + i, segments, allow.isEmpty() ? Set.of(Operation.GET) : allow));
        }
        return rules;
    }

    private static Compilation compile(List<Written> rules) {
        String yaml = "version: 1\ntiers:\n  t:\n    databases: [\"p/d\"]\n    credential: c\n    rules:\n"
                + rules.stream().map(Written::yaml).collect(Collectors.joining())
                + "bindings:\n  - { tier: t, groups: [" + GROUP + "] }\n";
        return PolicyCompiler.compile(List.of(new PolicyFile("p.yaml", yaml.getBytes(UTF_8))), null);
    }

    private static List<String> path(Random random) {
        List<String> path = new ArrayList<>();
        int pairs = 1 + random.nextInt(3);
        for (int pair = 0; pair < pairs; pair++) {
            path.add(List.of("a", LONG_ID, ALIKE).get(random.nextInt(3)));
            path.add(List.of("x", LONG_ID, ALIKE).get(random.nextInt(3)));
        }
        return path;
    }

    /** The rule that permits an access, or the reason why none does. */
    static String decided(PolicySnapshot snapshot, Access access) {
        AccessRequest request = new AccessRequest(new DatabaseName("p", "d"), List.of(access), null, Instant.EPOCH);
        return switch (snapshot.decide(snapshot.standing(CALLER), request)) {
            case Decision.Permit permit -> permit.grants().get(0).rule();
            case Decision.Deny deny -> deny.reason().name();
            case Decision.Needs needs -> throw new IllegalStateException("no rule looks anything up");
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void decides(long seed) {
        Random random = new Random(seed);
        int compiled = 0;
        int permitted = 0;
        while (compiled < POLICIES) {
            List<Written> rules = draw(random);
            // Two rules that tie are an error of the policy.
            if (!(compile(rules) instanceof Compilation.Compiled(var snapshot, var warnings))) {
                continue;
            }
            compiled++;
            PathIndex tree = new PathIndex(0);
            snapshot.tiers().get(0).rules().forEach(tree::add);
            for (int ask = 0; ask < 100; ask++) {
                List<String> path = path(random);
                for (Operation operation : OPERATIONS) {
                    Access access = Access.of(operation, new Resource.Document(new ResourcePath(path)));
                    String expected = mostSpecific(rules, path, operation);
                    permitted += expected.equals("NO_RULE") ? 0 : 1;
                    assertThat(decided(snapshot, access))
                            .as("seed %d: %s %s by %s", seed, operation, path, rules)
                            .isEqualTo(expected);
                    Rule byTree = tree.find(Route.of(path), operation);
                    assertThat(byTree == null ? "NO_RULE" : byTree.id())
                            .as("seed %d by the tree: %s %s by %s", seed, operation, path, rules)
                            .isEqualTo(expected);
                }
            }
        }
        assertThat(permitted).isGreaterThan(POLICIES * 50);
    }
}
