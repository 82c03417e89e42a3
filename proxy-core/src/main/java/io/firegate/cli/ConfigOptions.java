package io.firegate.cli;

import io.firegate.config.ConfigInput;
import io.firegate.config.ConfigLoad;
import io.firegate.config.ConfigLoader;
import io.firegate.config.PathState;
import io.firegate.policy.yaml.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options every command takes that needs the configuration. */
final class ConfigOptions {
    /** Where the configuration is when nobody says. */
    static final String FILE_DEFAULT = "gateway.yaml";

    /** The variable that stands in for {@code --config}. */
    static final String FILE_VARIABLE = "FIREGATE_CONFIG";

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "the configuration; else $FIREGATE_CONFIG, else ./" + FILE_DEFAULT)
    @Nullable
    Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "set one value, for example limits.drainMillis=5000 or listeners.0.address=127.0.0.1:8080;"
                    + " may be repeated, and wins over the file and FIREGATE_* variables")
    List<String> set = new ArrayList<>();

    /** Whether the command line itself names a file. */
    boolean isNamed() {
        return file != null;
    }

    /** Reads the file and checks everything. */
    ConfigLoad load(Surroundings surroundings) {
        Path named = file;
        if (named == null) {
            String variable = surroundings.environment().get(FILE_VARIABLE);
            named = Path.of(variable == null || variable.isEmpty() ? FILE_DEFAULT : variable);
        }
        Path path = surroundings.directory().resolve(named).normalize();
        byte[] yaml;
        try (InputStream in = Files.newInputStream(path)) {
            yaml = in.readNBytes(ConfigInput.YAML_BYTES_MAX + 1);
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException
                    ? "there is no such file"
                    : e instanceof AccessDeniedException ? "this process may not read it" : "it cannot be read";
            return new ConfigLoad.Refused(
                    List.of(Problem.ofFile(named.toString(), why, "name the configuration with --config FILE")), 1);
        }
        Path parent = path.getParent();
        return ConfigLoader.load(new ConfigInput(
                named.toString(),
                parent == null ? surroundings.directory() : parent,
                yaml,
                surroundings.environment(),
                set,
                ConfigOptions::stateOf));
    }

    private static PathState stateOf(Path path) {
        if (!Files.exists(path)) {
            return PathState.MISSING;
        }
        if (!Files.isReadable(path)) {
            return PathState.UNREADABLE;
        }
        return Files.isDirectory(path) ? PathState.DIRECTORY : PathState.FILE;
    }
}
