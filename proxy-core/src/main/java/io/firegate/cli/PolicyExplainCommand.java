package io.firegate.cli;

import io.firegate.config.Limit;
import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.Explanation;
import io.firegate.policy.Lookups;
import io.firegate.policy.Principal;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.SmallestGrant;
import io.firegate.policy.Standing;
import io.firegate.policy.suite.GivenDocument;
import io.firegate.policy.suite.GivenValues;
import io.firegate.policy.suite.Suite;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code firegate policy explain}: why somebody may do something or not, and what would let them. */
@Command(
        name = "explain",
        description = "Say what the policy decides, every rule that was tried, and what would permit what is refused",
        footer = {"", "Exit code 0 whatever is decided: it is an answer. Tests are for `policy test`."},
        mixinStandardHelpOptions = true)
final class PolicyExplainCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Mixin
    private final AskedAccess asked = new AskedAccess();

    @Mixin
    private final AskingPrincipal asking = new AskingPrincipal();

    @Option(names = "--tier", paramLabel = "NAME", description = "the tier named in x-firegate-tier")
    private @Nullable String tier;

    @Option(
            names = "--document",
            paramLabel = "FILE",
            description =
                    "fields of a document, as YAML or JSON: which conditions it meets, and the first clause it does not")
    private @Nullable Path document;

    PolicyExplainCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Access access = asked.access();
        if (asking.name() != null && asking.hasFacts()) {
            throw asked.mistake("--as names a principal of a suite; leave out the other facts");
        }
        return switch (LoadedPolicy.load(options, asked.dir(), surroundings)) {
            case LoadedPolicy.Refused refused -> invalid(refused.problems());
            case LoadedPolicy.Ready policy -> {
                Problems problems = new Problems();
                Principal principal = principal(policy, problems);
                DatabaseName database = asked.database(policy.snapshot());
                GivenDocument given = document == null
                        ? null
                        : read(document, database, access, policy, problems).orElse(null);
                yield problems.hasErrors()
                        ? invalid(problems.render())
                        : explain(
                                policy,
                                principal,
                                new AccessRequest(
                                        database,
                                        List.of(access),
                                        tier,
                                        null,
                                        asked.now(surroundings),
                                        asked.address(),
                                        Lookups.NONE),
                                given);
            }
        };
    }

    private Principal principal(LoadedPolicy.Ready policy, Problems problems) {
        String name = asking.name();
        if (name == null) {
            return asking.principal(asked);
        }
        List<Suite> suites = SuiteFiles.read(policy, problems);
        Optional<Principal> named = suites.stream()
                .flatMap(suite -> Optional.ofNullable(suite.principals().get(name)).stream())
                .findFirst();
        if (named.isEmpty() && !problems.hasErrors()) {
            throw asked.mistake("no suite beside the policy has a principal `" + name + "`");
        }
        return named.orElseGet(() -> asking.principal(asked));
    }

    private Optional<GivenDocument> read(
            Path file, DatabaseName database, Access access, LoadedPolicy.Ready policy, Problems problems) {
        int bytesMax = policy.limits().getInt(Limit.POLICY_FILE_BYTES);
        try (InputStream in = Files.newInputStream(surroundings.directory().resolve(file))) {
            byte[] bytes = in.readNBytes(bytesMax + 1);
            if (bytes.length > bytesMax) {
                problems.add(Problem.ofFile(file.toString(), "the file is larger than " + bytesMax + " bytes", null));
                return Optional.empty();
            }
            ResourcePath path = access.resource() instanceof Resource.Document(var named) ? named : ResourcePath.ROOT;
            return YamlFile.parse(file.toString(), bytes, problems)
                    .map(fields -> new GivenDocument(path, new GivenValues(database).fields(fields)));
        } catch (IOException e) {
            problems.add(Problem.ofFile(file.toString(), "it cannot be read", null));
            return Optional.empty();
        }
    }

    private int explain(
            LoadedPolicy.Ready policy, Principal principal, AccessRequest request, @Nullable GivenDocument given) {
        PrintStream out = surroundings.out();
        Standing standing = policy.snapshot().standing(principal);
        Explanation explanation = policy.snapshot().explain(standing, request);
        explanation.lines().forEach(out::println);
        if (given != null) {
            SmallestGrant.onDocument(policy.snapshot(), standing, request, given)
                    .forEach(out::println);
        }
        if (explanation.decision() instanceof Decision.Deny deny) {
            SmallestGrant.lines(policy.snapshot(), standing, request, deny).forEach(out::println);
        }
        return ExitCode.OK.code();
    }

    private int invalid(String problems) {
        surroundings.err().print(problems);
        return ExitCode.INVALID.code();
    }
}
