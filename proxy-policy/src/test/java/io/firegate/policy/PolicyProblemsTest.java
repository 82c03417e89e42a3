package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.yaml.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every policy of {@code problems}, and beside it, in a {@code .golden}, what is printed about it. {@code -Dupdate-goldens} writes the
 * goldens anew; read the difference.
 */
class PolicyProblemsTest {
    private static final Path CASES = Path.of("src/test/resources/problems");

    @TestFactory
    Stream<DynamicTest> tells() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(CASES)) {
            files = all.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
        assertThat(files).hasSizeGreaterThan(3);
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    private static void check(Path file) throws IOException {
        PolicyFile policy = new PolicyFile(file.getFileName().toString(), Files.readAllBytes(file));
        String told =
                switch (PolicyCompiler.compile(List.of(policy), Set.of("c"), Set.of("extn_tenant", "extn_level"))) {
                    case Compilation.Rejected rejected -> Problems.render(rejected.problems(), rejected.count());
                    case Compilation.Compiled compiled ->
                        Problems.render(compiled.warnings(), compiled.warnings().size());
                };
        Path golden = file.resolveSibling(file.getFileName().toString().replace(".yaml", ".golden"));
        if (System.getProperty("update-goldens") != null) {
            Files.writeString(golden, told);
        }
        assertThat(told).isEqualTo(Files.readString(golden));
    }
}
