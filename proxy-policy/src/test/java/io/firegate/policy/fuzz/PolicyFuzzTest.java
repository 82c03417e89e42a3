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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A seeded search for texts and requests that make the policy throw, or be unclear about where. {@code -Dfuzz.seconds=N} looks so long
 * for each target, {@code -Dfuzz.seed=S} begins elsewhere; a failure names its seed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyFuzzTest {
    private static final int ROUNDS = 2_000;

    private static final List<String> WORDS = List.of(
            "where: ",
            "check: ",
            "fields: { hide: [a] }",
            "show: [",
            "readonly: [m.x]",
            "allow: [get, list, group]",
            "path: \"/{x=**}/a/{b}\"",
            "/{p}",
            "/{x=**}",
            "/",
            "grant.ward",
            "grant: { ward: [A, 1, true] }",
            "doc.ward",
            "doc.`a b`",
            "caller.oid",
            "caller.claims.c",
            "lookup(/a/{p}).f",
            "lookup(/a/{caller.oid}).f",
            "==",
            "!=",
            "<=",
            " in ",
            " contains ",
            " && ",
            " || ",
            "!(",
            ")",
            "null",
            "true",
            "'A'",
            "\"",
            "1e400",
            "-9223372036854775808",
            "9223372036854775808",
            "now",
            "old.a",
            "size(doc.a)",
            "[",
            "]",
            "{",
            "}",
            ": ",
            "- ",
            "\n",
            "\n  ",
            "\t",
            "#",
            "&a",
            "*a",
            "!!str",
            "---\n",
            "|\n",
            "\u0000",
            "\uFEFF",
            "\u2028",
            "\uD800",
            "é",
            "until: 2027-01-31T00:00:00Z",
            "deny:\n  paths: [\"/a/{b}\"]\n",
            "version: 1\n",
            "history: true",
            "`",
            "\\",
            ".",
            "..",
            "__x__",
            "__id7__",
            "%",
            "require: ");

    private static final List<String> CONDITIONS = List.of(
            "doc.ward in grant.ward && doc.discharged == false",
            "!(doc.a.b < 3) || (doc.`c d` contains 'x' && p != caller.oid)",
            "lookup(/patients/{patient}).ward in grant.ward",
            "doc.a == null || doc.b != null",
            "p in ['a', \"b\", caller.tenant]",
            "doc.n >= -1.5e3 && doc.m == 9007199254740993");

    private static final List<String> PATHS = List.of(
            "patients/a/vitals/b",
            "/c/d",
            "a.b.c",
            "`a b`.c",
            "`a\\`b`",
            "x",
            "__name__",
            "/{p}/{x=**}",
            "a/b/c",
            "é/ü");

    private final List<String> policies = new ArrayList<>();

    @BeforeAll
    void read() throws IOException {
        for (Path folder : List.of(Path.of("../config/policy"), Path.of("src/test/resources"))) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
                    policies.add(Files.readString(file));
                }
            }
        }
        policies.add("""
                version: 1
                tiers:
                  t:
                    databases: ["p/d"]
                    credential: c
                    rules:
                      - { id: r, path: "/a/{b}", allow: [get, list, update], where: doc.w in grant.w, fields: { hide: [h, m.x], readonly: [w] } }
                      - { id: s, path: "/{x=**}/c/{d}", allow: [group, create], where: "doc.n == 1 || doc.t contains 'x'" }
                      - { id: k, path: "/", allow: [collections] }
                bindings:
                  - { tier: t, groups: [5b1f0a52-0000-4000-8000-0000000000a1], grant: { w: [A, B] } }
                deny: { paths: ["/x/{y=**}"] }
                """);
        assertThat(policies).hasSizeGreaterThan(5);
    }

    /** Runs a target until its time, or its rounds, are over. */
    private static void fuzz(Mutations mutations, Consumer<String> target) {
        int seconds = Integer.getInteger("fuzz.seconds", 0);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long first = Long.getLong("fuzz.seed", 1);
        long seed = first;
        while (seconds > 0 ? System.nanoTime() < end : seed < first + ROUNDS) {
            String text = mutations.next(new Random(seed));
            try {
                target.accept(text);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
            seed++;
        }
        System.out.println(seed - first + " texts");
    }

    @Test
    void everyPolicyIsCompiledOrRefusedWithItsPlaces() {
        fuzz(new Mutations(policies, WORDS), text -> {
            switch (PolicyCompiler.compile(List.of(PolicyFile.of("p.yaml", text)), null)) {
                case Compilation.Compiled(PolicySnapshot snapshot, List<Problem> warnings) -> {
                    warnings.forEach(PolicyFuzzTest::isPlaced);
                    ask(snapshot, new Random(text.hashCode()));
                }
                case Compilation.Rejected(List<Problem> problems, int count) -> {
                    assertThat(problems).isNotEmpty();
                    assertThat(count).isGreaterThanOrEqualTo(problems.size());
                    problems.forEach(PolicyFuzzTest::isPlaced);
                }
            }
        });
    }

    private static void isPlaced(Problem problem) {
        assertThat(problem.file()).isIn("p.yaml", "policy");
        assertThat(problem.message()).isNotEmpty();
        assertThat(problem.line() > 0).isEqualTo(problem.column() > 0);
    }

    @Test
    void conditionsAreReadOrRefusedAndReadAgainAsTheyAreSaid() {
        fuzz(new Mutations(CONDITIONS, WORDS), text -> {
            switch (ConditionReader.read(text, Set.of("p", "patient"))) {
                case Reading.Read read -> {
                    String said = read.condition().describe();
                    assertThat(ConditionReader.read(said, Set.of("p", "patient")))
                            .isInstanceOfSatisfying(
                                    Reading.Read.class,
                                    again -> assertThat(again.condition()).isEqualTo(read.condition()));
                }
                case Reading.Mistaken mistaken ->
                    assertThat(mistaken.mistakes()).isNotEmpty();
            }
        });
    }

    @Test
    void pathsAreWhatTheyPrint() {
        fuzz(new Mutations(PATHS, WORDS), text -> {
            ResourcePath.parse(text)
                    .filter(path -> !path.isRoot())
                    .ifPresent(path -> assertThat(
                                    ResourcePath.parse(path.toString().substring(1)))
                            .contains(path));
            FieldPath.parse(text)
                    .ifPresent(
                            path -> assertThat(FieldPath.parse(path.toString())).contains(path));
        });
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
