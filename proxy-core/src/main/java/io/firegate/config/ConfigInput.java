package io.firegate.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What the configuration is made from, as values: whoever makes one has read the file and the environment.
 *
 * @param file the file's name as the operator knows it, for messages
 * @param base where relative paths start: the file's directory, absolute
 * @param yaml the file's bytes; not copied, nobody writes to them
 * @param environment environment variables; those that do not begin with {@code FIREGATE_} are not looked at
 * @param set the texts of {@code --set}, in order; a later one wins
 * @param paths what is at a path, so that a missing file is told with the place that names it
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared or printed: carried from the disk to the loader.
public record ConfigInput(
        String file,
        Path base,
        byte[] yaml,
        Map<String, String> environment,
        List<String> set,
        Function<Path, PathState> paths) {
    /** Longest configuration file, in bytes: hundreds of tenants fit. A bound on reading, so no setting can be it. */
    public static final int YAML_BYTES_MAX = 1_048_576;

    public ConfigInput {
        environment = Map.copyOf(environment);
        set = List.copyOf(set);
    }
}
