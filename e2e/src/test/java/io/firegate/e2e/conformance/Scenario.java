package io.firegate.e2e.conformance;

import io.firegate.e2e.YamlMap;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * One scenario file: documents that are there at the beginning, and calls.
 *
 * @param name the file, relative to the folder of scenarios
 * @param given the fields of each document by its path relative to the database, in the plain form of {@link PlainValues}
 * @param steps the calls, in order
 */
record Scenario(String name, Map<?, ?> given, List<Step> steps) {
    private static final String SUFFIX = ".yaml";

    /** Every scenario below a folder beside this class. */
    static List<Scenario> load(String folder) {
        try {
            Path root = Path.of(Objects.requireNonNull(Scenario.class.getResource(folder), folder)
                    .toURI());
            List<Scenario> scenarios = new ArrayList<>();
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(each -> each.toString().endsWith(SUFFIX))
                        .sorted()
                        .toList()) {
                    String path = root.relativize(file).toString().replace('\\', '/');
                    scenarios.add(read(path.substring(0, path.length() - SUFFIX.length()), file));
                }
            }
            return scenarios;
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Scenario read(String name, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            YamlMap map = YamlMap.of(
                    name, new Load(LoadSettings.builder().setLabel(name).build()).loadFromInputStream(in));
            List<Step> steps = new ArrayList<>();
            for (Object step : map.list("steps")) {
                steps.add(Step.read(YamlMap.of(name + " step " + (steps.size() + 1), step)));
            }
            Scenario scenario =
                    new Scenario(name, map.has("given") ? map.map("given").raw() : Map.of(), steps);
            map.done();
            return scenario;
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
