package io.firegate.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.schema.JsonSchema;
import io.firegate.policy.suite.SuiteReader;
import io.firegate.policy.suite.SuiteSchema;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schemas hold the keys the readers read: a reader that meets a key it does not know names all those it does. */
class SchemaKeysTest {
    private static final String UNKNOWN = "unknown key `unheardOf`";
    private static final String KNOWN = "known here: ";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                       | {unheardOf: 1}
            tiers/*                  | {tiers: {t: {unheardOf: 1}}}
            tiers/*/rules/*          | {tiers: {t: {rules: [{unheardOf: 1}]}}}
            tiers/*/rules/*/fields   | {tiers: {t: {rules: [{fields: {unheardOf: 1}}]}}}
            bindings/*               | {bindings: [{unheardOf: 1}]}
            bindings/*/require       | {bindings: [{require: {unheardOf: 1}}]}
            deny                     | {deny: {unheardOf: 1}}
            """)
    void policy(String path, String yaml) {
        Compilation compilation = PolicyCompiler.compile(List.of(PolicyFile.of("p.yaml", yaml)), null);
        assertThat(compilation)
                .isInstanceOfSatisfying(
                        Compilation.Rejected.class,
                        rejected -> check(PolicySchema.schema().at(path), rejected.problems()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                       | {unheardOf: 1}
            principals/*             | {principals: {a: {unheardOf: 1}}}
            tests/*                  | {tests: [{unheardOf: 1}]}
            tests/*/when             | {tests: [{when: {update: /a/b, document: {}, unheardOf: 1}}]}
            tests/*/then             | {tests: [{then: {decision: permit, unheardOf: 1}}]}
            """)
    void suite(String path, String yaml) {
        Problems problems = new Problems();
        assertThat(SuiteReader.read("p_test.yaml", yaml.getBytes(UTF_8), problems))
                .isEmpty();
        check(SuiteSchema.schema().at(path), problems.errors());
    }

    private static void check(JsonSchema schema, List<Problem> problems) {
        String fix = problems.stream()
                .filter(problem -> problem.message().equals(UNKNOWN))
                .map(problem -> Objects.requireNonNull(problem.fix()))
                .findFirst()
                .orElseThrow();
        assertThat(fix).startsWith(KNOWN);
        assertThat(schema.propertyNames())
                .containsExactlyInAnyOrder(fix.substring(KNOWN.length()).split(", ", -1));
    }
}
