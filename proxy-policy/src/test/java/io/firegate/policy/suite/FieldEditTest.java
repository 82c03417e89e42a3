package io.firegate.policy.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Masks on documents as data: what is shown. */
class FieldEditTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            hide  | a         | {a: 1, b: 2}               | {b: 2}
            hide  | a         | {b: 2}                     | {b: 2}
            hide  | a         | {a: 1}                     | {}
            hide  | a.b       | {a: {b: 1, c: 2}}          | {a: {c: 2}}
            hide  | a.b       | {a: {b: 1}, d: 3}          | {d: 3}
            hide  | a.b       | {a: {}, d: 3}              | {d: 3}
            hide  | a.b       | {a: 5, d: 3}               | {d: 3}
            hide  | a.b       | {a: [{b: 1}], d: 3}        | {d: 3}
            hide  | a.b a.c   | {a: {b: 1, c: 2}}          | {}
            hide  | a.b.c     | {a: {b: {c: 1}, d: 2}}     | {a: {d: 2}}
            hide  | `x.y`     | {x.y: 1, x: {y: 2}}        | {x: {y: 2}}
            show  | a         | {a: {b: 1}, c: 2}          | {a: {b: 1}}
            show  | a.b       | {a: {b: 1, c: 2}, d: 3}    | {a: {b: 1}}
            show  | a.b       | {a: 5}                     | {}
            show  | a.b a.c   | {a: {b: 1, c: 2, d: 3}}    | {a: {b: 1, c: 2}}
            show  | a b       | {b: null}                  | {b: null}
            """)
    void shown(String kind, String paths, String document, String expected) {
        FieldMask mask = kind.equals("hide") ? new FieldMask.Hidden(paths(paths)) : new FieldMask.Shown(paths(paths));
        assertThat(FieldEdit.shown(fields(document), mask)).isEqualTo(fields(expected));
    }

    private static List<FieldPath> paths(String text) {
        return Stream.of(text.split(" ", -1))
                .map(path -> FieldPath.parse(path).orElseThrow())
                .toList();
    }

    private static PolicyValue.Fields fields(String yaml) {
        Problems problems = new Problems();
        PolicyValue.Fields fields = YamlFile.parse("document", yaml, problems)
                .map(new GivenValues(null)::fields)
                .orElseThrow();
        assertThat(problems.errors()).isEmpty();
        return fields;
    }
}
