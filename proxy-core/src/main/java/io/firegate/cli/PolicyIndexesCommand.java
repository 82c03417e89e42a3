package io.firegate.cli;

import io.firegate.config.Limit;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.indexes.PolicyIndexes;
import io.firegate.policy.indexes.QueryShape;
import io.firegate.policy.indexes.QueryShapeReader;
import io.firegate.policy.indexes.RecordedQueries;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
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

    @Parameters(
            index = "0",
            paramLabel = "QUERIES",
            description = "a file with the shapes of queries, YAML or JSON; with --record a gateway's record")
    private Path queries = Path.of("");

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DIR",
            description = "the policy directory; else that of the configuration")
    private @Nullable Path dir;

    @Option(names = "--record", description = "QUERIES is the record of a gateway: read the queries it permitted")
    private boolean record;

    @Option(names = "--quiet", description = "say nothing of why")
    private boolean quiet;

    /** What is made of a file. */
    private interface Reader {
        Optional<List<QueryShape>> read(String name, InputStream in) throws IOException;
    }

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
                Optional<List<QueryShape>> shapes = record
                        ? recorded(database, problems)
                        : read(policy.limits().getInt(Limit.POLICY_FILE_BYTES), problems);
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
        return from(problems, (name, in) -> {
            byte[] bytes = in.readNBytes(bytesMax + 1);
            if (bytes.length <= bytesMax) {
                return QueryShapeReader.read(name, bytes, problems);
            }
            problems.add(Problem.ofFile(name, "the file is larger than " + bytesMax + " bytes", "split it"));
            return Optional.empty();
        });
    }

    private Optional<List<QueryShape>> recorded(DatabaseName database, Problems problems) {
        return from(problems, (name, in) -> {
            RecordedQueries read = new RecordedQueries(name, database);
            lines(in, read);
            read.passedOver().forEach(surroundings.err()::println);
            return Optional.of(read.shapes());
        });
    }

    /** A record may be of any size, and a line of it. */
    private static void lines(InputStream in, RecordedQueries into) throws IOException {
        BufferedInputStream bytes = new BufferedInputStream(in);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = bytes.read(); b >= 0; b = bytes.read()) {
            if (b == '\n') {
                into.line(line.toByteArray());
                line.reset();
            } else if (line.size() <= RecordedQueries.LINE_BYTES_MAX) {
                line.write(b);
            }
        }
        if (line.size() > 0) {
            into.line(line.toByteArray());
        }
    }

    private Optional<List<QueryShape>> from(Problems problems, Reader reader) {
        String name = queries.toString();
        try (InputStream in = Files.newInputStream(surroundings.directory().resolve(queries))) {
            return reader.read(name, in);
        } catch (NoSuchFileException e) {
            problems.add(Problem.ofFile(name, "there is no such file", null));
        } catch (IOException e) {
            problems.add(Problem.ofFile(name, "it cannot be read", null));
        }
        return Optional.empty();
    }
}
