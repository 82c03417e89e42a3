package io.firegate.cli;

import io.firegate.config.Limit;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.indexes.PolicyIndexes;
import io.firegate.policy.indexes.QueryShape;
import io.firegate.policy.indexes.QueryShapeReader;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code firegate policy indexes}: what Firestore must index for queries under the policy. */
@Command(
        name = "indexes",
        description =
                "Print the indexes that queries need with what the policy adds to them, as firestore.indexes.json",
        footer = {"", "The file goes to standard output, and why each index is needed to standard error."},
        mixinStandardHelpOptions = true)
final class PolicyIndexesCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Mixin
    private final AskedDatabase asked = new AskedDatabase();

    @Parameters(index = "0", paramLabel = "QUERIES", description = "a file with the shapes of queries, YAML or JSON")
    private Path queries = Path.of("");

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DIR",
            description = "the policy directory; else that of the configuration")
    private @Nullable Path dir;

    @Option(names = "--quiet", description = "say nothing of why")
    private boolean quiet;

    PolicyIndexesCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        return switch (LoadedPolicy.load(options, dir, surroundings)) {
            case LoadedPolicy.Refused refused -> {
                surroundings.err().print(refused.problems());
                yield ExitCode.INVALID.code();
            }
            case LoadedPolicy.Ready policy -> {
                DatabaseName database = asked.database(policy.snapshot());
                Problems problems = new Problems();
                Optional<List<QueryShape>> shapes = read(policy.limits().getInt(Limit.POLICY_FILE_BYTES), problems);
                surroundings.err().print(problems.render());
                shapes.ifPresent(read -> print(PolicyIndexes.of(policy.snapshot(), database, read)));
                yield (shapes.isPresent() ? ExitCode.OK : ExitCode.INVALID).code();
            }
        };
    }

    private void print(PolicyIndexes indexes) {
        if (!quiet) {
            indexes.notes().forEach(surroundings.err()::println);
        }
        surroundings.out().println(indexes.file());
    }

    private Optional<List<QueryShape>> read(int bytesMax, Problems problems) {
        String name = queries.toString();
        try (InputStream in = Files.newInputStream(surroundings.directory().resolve(queries))) {
            byte[] bytes = in.readNBytes(bytesMax + 1);
            if (bytes.length <= bytesMax) {
                return QueryShapeReader.read(name, bytes, problems);
            }
            problems.add(Problem.ofFile(name, "the file is larger than " + bytesMax + " bytes", "split it"));
        } catch (NoSuchFileException e) {
            problems.add(Problem.ofFile(name, "there is no such file", null));
        } catch (IOException e) {
            problems.add(Problem.ofFile(name, "it cannot be read", null));
        }
        return Optional.empty();
    }
}
