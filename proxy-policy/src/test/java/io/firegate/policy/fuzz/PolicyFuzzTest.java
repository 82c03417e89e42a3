package io.firegate.policy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
        fuzz(new Mutations(policies, WORDS), Targets::policy);
    }

    @Test
    void conditionsAreReadOrRefusedAndReadAgainAsTheyAreSaid() {
        fuzz(new Mutations(CONDITIONS, WORDS), Targets::condition);
    }

    @Test
    void pathsAreWhatTheyPrint() {
        fuzz(new Mutations(PATHS, WORDS), Targets::path);
    }
}
