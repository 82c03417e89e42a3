package io.firegate.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlScalar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every file of {@code config/cases}: a configuration with its surroundings, and beside it, in a {@code .golden}, the problems it
 * must give or the settings that do not have their default. {@code -Dupdate-goldens} writes the goldens anew; read the difference.
 */
class ConfigCasesTest {
    private static final Path CASES = Path.of("src/test/resources/config/cases");

    @TestFactory
    Stream<DynamicTest> cases() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(CASES)) {
            files = all.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
        assertThat(files).hasSizeGreaterThan(15);
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> run(file)));
    }

    @TestFactory
    Stream<DynamicTest> everyGoldenHasItsCase() throws IOException {
        try (Stream<Path> all = Files.list(CASES)) {
            return all
                    .filter(file -> file.toString().endsWith(".golden"))
                    .map(file -> DynamicTest.dynamicTest(
                            file.getFileName().toString(),
                            () -> assertThat(sibling(file, "yaml")).exists()))
                    .toList()
                    .stream();
        }
    }

    private static Path sibling(Path file, String extension) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.lastIndexOf('.') + 1) + extension);
    }

    private static void run(Path file) throws IOException {
        Path golden = sibling(file, "golden");
        String found = outcome(Files.readString(file));
        if (System.getProperty("update-goldens") != null) {
            Files.writeString(golden, found);
        }
        assertThat(found).isEqualTo(Files.readString(golden));
    }

    private static String outcome(String text) {
        Problems problems = new Problems();
        YamlMapping root =
                YamlFile.parse("case", text, problems).orElseThrow(() -> new AssertionError(problems.render()));
        root.requiredString("description");
        String config = root.requiredString("config");
        Map<String, String> environment = new LinkedHashMap<>();
        YamlMapping variables = root.optionalMapping("environment");
        if (variables != null) {
            variables
                    .entries()
                    .forEach(
                            entry -> environment.put(entry.name(), entry.value().asString()));
        }
        List<String> set =
                root.optionalStrings("set").stream().map(YamlScalar::text).toList();
        Set<String> missing = texts(root, "missing");
        Set<String> unreadable = texts(root, "unreadable");
        root.noOtherKeys();
        assertThat(problems.render()).isEmpty();
        Set<Path> directories = new HashSet<>(Set.of(Path.of("/base"), Path.of("/base/policy"), Path.of("/var/log")));
        ConfigLoad load = ConfigLoader.load(new ConfigInput(
                "gateway.yaml",
                Path.of("/base"),
                String.valueOf(config).getBytes(UTF_8),
                environment,
                set,
                path -> missing.contains(path.toString())
                        ? PathState.MISSING
                        : unreadable.contains(path.toString())
                                ? PathState.UNREADABLE
                                : directories.contains(path) ? PathState.DIRECTORY : PathState.FILE));
        return switch (load) {
            case ConfigLoad.Refused refused -> "refused\n" + refused.render();
            case ConfigLoad.Loaded loaded ->
                "loaded\n"
                        + loaded.values().stream()
                                .filter(value -> !(value.origin() instanceof Origin.Default))
                                .map(value -> value.path() + " = " + value.value() + "  # " + value.origin() + "\n")
                                .collect(Collectors.joining());
        };
    }

    private static Set<String> texts(YamlMapping root, String key) {
        return root.optionalStrings(key).stream().map(YamlScalar::text).collect(Collectors.toSet());
    }
}
