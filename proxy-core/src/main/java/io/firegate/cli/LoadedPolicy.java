package io.firegate.cli;

import io.firegate.config.ConfigLoad;
import io.firegate.config.GatewayConfig;
import io.firegate.config.Limits;
import io.firegate.policy.Compilation;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import io.firegate.reload.PolicyDirectory;
import io.firegate.reload.PolicySource;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The policy a command asks about. */
sealed interface LoadedPolicy {
    /**
     * A directory that compiles. What a person should look at all the same is for {@code policy check} to say.
     *
     * @param snapshot what it compiled to
     * @param dir where it is
     * @param shownAs its name as a person wrote it
     * @param limits the bounds of its files
     */
    record Ready(PolicySnapshot snapshot, Path dir, Path shownAs, Limits limits) implements LoadedPolicy {}

    /**
     * It cannot be asked anything.
     *
     * @param problems why, to print
     */
    record Refused(String problems) implements LoadedPolicy {}

    /**
     * Reads the directory named, or else that of the configuration.
     *
     * @param dir null when the command line names none
     */
    static LoadedPolicy load(ConfigOptions options, @Nullable Path dir, Surroundings surroundings) {
        if (dir != null && !options.isNamed()) {
            return read(dir, Limits.DEFAULTS, null, null, surroundings);
        }
        return switch (options.load(surroundings)) {
            case ConfigLoad.Refused refused -> new Refused(refused.render());
            case ConfigLoad.Loaded loaded -> {
                GatewayConfig config = loaded.config();
                yield read(
                        dir == null ? config.policy().dir() : dir,
                        config.limits(),
                        config.credentials().keySet(),
                        config.claims(),
                        surroundings);
            }
        };
    }

    private static LoadedPolicy read(
            Path shownAs,
            Limits limits,
            @Nullable Set<String> credentials,
            @Nullable Set<String> claims,
            Surroundings surroundings) {
        Path dir = surroundings.directory().resolve(shownAs);
        PolicyDirectory directory = new PolicyDirectory(dir, shownAs, limits);
        return switch (directory.read()) {
            case PolicySource.Reading.Refused refused ->
                new Refused(
                        Problems.render(refused.problems(), refused.problems().size()));
            case PolicySource.Reading.Files read ->
                switch (PolicyCompiler.compile(read.files(), credentials, claims)) {
                    case Compilation.Rejected rejected -> {
                        List<Problem> shown = rejected.problems().stream()
                                .map(directory::shown)
                                .toList();
                        yield new Refused(Problems.render(shown, rejected.count()));
                    }
                    case Compilation.Compiled compiled -> new Ready(compiled.snapshot(), dir, shownAs, limits);
                };
        };
    }
}
