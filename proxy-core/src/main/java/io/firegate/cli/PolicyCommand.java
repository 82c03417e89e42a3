package io.firegate.cli;

import io.firegate.config.ConfigLoad;
import io.firegate.config.GatewayConfig;
import io.firegate.config.Limit;
import io.firegate.config.Limits;
import io.firegate.policy.Compilation;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.TierPairs;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import io.firegate.reload.PolicyDirectory;
import io.firegate.reload.PolicySource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code firegate policy}: everything about the policy that needs no running gateway. */
@Command(
        name = "policy",
        description = "Check the policy, test it and ask it questions",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class PolicyCommand {
    private final Surroundings surroundings;

    PolicyCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Command(
            name = "check",
            description = "Compile the policy and print every problem with its place",
            footer = {
                "",
                "With --config (or no DIR) the credentials tiers name must be those of the configuration, and the policy of",
                "the configuration is checked when no DIR is given. Without it their names are not checked."
            },
            mixinStandardHelpOptions = true)
    int check(
            @Mixin ConfigOptions options,
            @Parameters(arity = "0..*", paramLabel = "DIR|FILE", description = "one policy directory, or files")
                    @Nullable
                    List<Path> given) {
        List<Path> paths = given == null ? List.of() : given;
        if (!options.isNamed() && !paths.isEmpty()) {
            return check(paths, Limits.DEFAULTS, null, null);
        }
        return switch (options.load(surroundings)) {
            case ConfigLoad.Refused refused -> invalid(refused.render());
            case ConfigLoad.Loaded loaded -> {
                GatewayConfig config = loaded.config();
                yield check(
                        paths.isEmpty() ? List.of(config.policy().dir()) : paths,
                        config.limits(),
                        config.credentials().keySet(),
                        config.claims());
            }
        };
    }

    private int check(
            List<Path> paths, Limits limits, @Nullable Set<String> credentials, @Nullable Set<String> claims) {
        if (paths.size() == 1 && Files.isDirectory(absolute(paths.get(0)))) {
            PolicyDirectory directory = new PolicyDirectory(absolute(paths.get(0)), paths.get(0), limits);
            return switch (directory.read()) {
                case PolicySource.Reading.Refused refused ->
                    invalid(Problems.render(
                            refused.problems(), refused.problems().size()));
                case PolicySource.Reading.Files read -> compile(read.files(), credentials, claims, directory::shown);
            };
        }
        List<Problem> problems = new ArrayList<>();
        List<PolicyFile> files = new ArrayList<>();
        for (Path path : paths) {
            read(path, limits.getInt(Limit.POLICY_FILE_BYTES), files, problems);
        }
        return problems.isEmpty()
                ? compile(files, credentials, claims, problem -> problem)
                : invalid(Problems.render(problems, problems.size()));
    }

    private int compile(
            List<PolicyFile> files,
            @Nullable Set<String> credentials,
            @Nullable Set<String> claims,
            UnaryOperator<Problem> shown) {
        return switch (PolicyCompiler.compile(files, credentials, claims)) {
            case Compilation.Rejected rejected ->
                invalid(Problems.render(rejected.problems().stream().map(shown).toList(), rejected.count()));
            case Compilation.Compiled compiled -> {
                List<Problem> warnings = compiled.warnings().stream().map(shown).toList();
                surroundings.err().print(Problems.render(warnings, warnings.size()));
                PolicySnapshot snapshot = compiled.snapshot();
                surroundings
                        .out()
                        .println(count(snapshot.tierNames().size(), "tier") + ", " + count(snapshot.ruleCount(), "rule")
                                + ", " + count(snapshot.bindingCount(), "binding") + ", snapshot " + snapshot.id());
                List<String> pairs = TierPairs.lines(snapshot);
                if (!pairs.isEmpty()) {
                    surroundings
                            .out()
                            .println("where holding two tiers keeps back what the later one alone would give:");
                    pairs.forEach(line -> surroundings.out().println("  " + line));
                }
                yield ExitCode.OK.code();
            }
        };
    }

    private Path absolute(Path path) {
        return surroundings.directory().resolve(path);
    }

    private void read(Path path, int bytesMax, List<PolicyFile> files, List<Problem> problems) {
        String name = path.toString();
        Path file = absolute(path);
        if (Files.isDirectory(file)) {
            problems.add(Problem.ofFile(name, "a directory is checked alone", "name one directory, or files only"));
        } else if (!Files.exists(file)) {
            problems.add(Problem.ofFile(name, "there is no such file or directory", null));
        } else if (!PolicyFile.isPolicy(name)) {
            problems.add(
                    Problem.ofFile(name, "not a policy file", "policy files end with .yaml and not with _test.yaml"));
        } else {
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(bytesMax + 1);
                if (bytes.length > bytesMax) {
                    problems.add(Problem.ofFile(name, "the file is larger than " + bytesMax + " bytes", "split it"));
                }
                files.add(new PolicyFile(name, bytes));
            } catch (IOException e) {
                problems.add(Problem.ofFile(name, "it cannot be read", null));
            }
        }
    }

    private static String count(int number, String word) {
        return number + " " + word + (number == 1 ? "" : "s");
    }

    private int invalid(String problems) {
        surroundings.err().print(problems);
        return ExitCode.INVALID.code();
    }
}
