package io.firegate.policy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.Compilation;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.Guid;
import io.firegate.policy.Operation;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Principal;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.ConditionReader;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.Reading;
import io.firegate.policy.yaml.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** What must be so of any text: what searches for exceptions give their texts to. */
final class Targets {
    private static final Set<String> VARIABLES = Set.of("p", "patient");

    private Targets() {}

    /** A policy is compiled or refused with the place of each problem, and one that is compiled answers any request. */
    static void policy(String text) {
        switch (PolicyCompiler.compile(List.of(PolicyFile.of("p.yaml", text)), null)) {
            case Compilation.Compiled(PolicySnapshot snapshot, List<Problem> warnings) -> {
                warnings.forEach(Targets::isPlaced);
                ask(snapshot, new Random(text.hashCode()));
            }
            case Compilation.Rejected(List<Problem> problems, int count) -> {
                assertThat(problems).isNotEmpty();
                assertThat(count).isGreaterThanOrEqualTo(problems.size());
                problems.forEach(Targets::isPlaced);
            }
        }
    }

    /** A condition is read or refused, and read again as it is said. */
    static void condition(String text) {
        switch (ConditionReader.read(text, VARIABLES)) {
            case Reading.Read read -> {
                String said = read.condition().describe();
                assertThat(ConditionReader.read(said, VARIABLES))
                        .isInstanceOfSatisfying(
                                Reading.Read.class,
                                again -> assertThat(again.condition()).isEqualTo(read.condition()));
            }
            case Reading.Mistaken mistaken -> assertThat(mistaken.mistakes()).isNotEmpty();
        }
    }

    /** A path is what it prints. */
    static void path(String text) {
        ResourcePath.parse(text)
                .filter(path -> !path.isRoot())
                .ifPresent(path -> assertThat(ResourcePath.parse(path.toString().substring(1)))
                        .contains(path));
        FieldPath.parse(text)
                .ifPresent(path -> assertThat(FieldPath.parse(path.toString())).contains(path));
    }

    private static void isPlaced(Problem problem) {
        assertThat(problem.file()).isIn("p.yaml", "policy");
        assertThat(problem.message()).isNotEmpty();
        assertThat(problem.line() > 0).isEqualTo(problem.column() > 0);
    }

    /** Any request of anybody: a decision, and the same again. */
    private static void ask(PolicySnapshot snapshot, Random random) {
        Guid group = guid("5b1f0a52-0000-4000-8000-0000000000a1");
        Guid other = guid("5b1f0a52-0000-4000-8000-0000000000b1");
        Principal caller = new Principal(
                random.nextBoolean() ? group : other,
                group,
                random.nextInt(4) == 0 ? Principal.Kind.APP : Principal.Kind.USER,
                other,
                random.nextInt(4) == 0 ? Set.of() : Set.of(group, other),
                Set.of("Firestore.Admin"),
                "uti",
                Instant.MAX,
                random.nextBoolean() ? Map.of() : Map.of("c", new PolicyValue.Text("A")));
        for (int i = 0; i < 8; i++) {
            List<Access> accesses = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                accesses.add(access(random));
            }
            AccessRequest request = new AccessRequest(
                    new DatabaseName(random.nextInt(4) == 0 ? "other" : "p", "d"),
                    accesses,
                    random.nextInt(5) == 0 ? "t" : null,
                    Instant.ofEpochSecond(random.nextInt()));
            Decision decision = snapshot.decide(snapshot.standing(caller), request);
            assertThat(decision).isEqualTo(snapshot.decide(snapshot.standing(caller), request));
            assertThat(snapshot.explain(snapshot.standing(caller), request)).isNotNull();
        }
    }

    private static Guid guid(String text) {
        return Guid.parse(text).orElseThrow();
    }

    private static Access access(Random random) {
        List<String> ids = List.of("a", "b", "c", "patients", "vitals", "é", "%2F", "__id7__");
        List<String> segments = new ArrayList<>();
        for (int i = 2 * random.nextInt(4); i > 0; i--) {
            segments.add(ids.get(random.nextInt(ids.size())));
        }
        ResourcePath path = new ResourcePath(segments);
        String collection = random.nextInt(4) == 0 ? "" : ids.get(random.nextInt(ids.size()));
        Resource resource = switch (random.nextInt(4)) {
            case 0 -> path.isRoot() ? new Resource.CollectionIds(path) : new Resource.Document(path);
            case 1 -> new Resource.Collection(path, collection);
            case 2 -> new Resource.Group(path, collection);
            default -> new Resource.CollectionIds(path);
        };
        Operation[] operations = Operation.values();
        return new Access(operations[random.nextInt(operations.length)], resource, random.nextBoolean());
    }
}
