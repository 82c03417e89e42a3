package io.firegate.cli;

import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.IpAddress;
import io.firegate.policy.Operation;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourceText;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The arguments of a command that asks the policy about one access. */
final class AskedAccess {
    private static final List<String> OPERATIONS = Stream.of(Operation.values())
            .map(operation -> operation.name().toLowerCase(Locale.ROOT))
            .toList();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            paramLabel = "OPERATION",
            description = "get, list, group, create, update, delete, collections; upsert is what an SDK's set() sends")
    private String operation = "";

    @Parameters(
            index = "1",
            paramLabel = "PATH",
            description =
                    "a document /patients/p1, a collection /patients, a collection group /**/vitals, or / for collections")
    private String path = "";

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "DIR",
            description = "the policy directory; else that of the configuration")
    private @Nullable Path dir;

    @Mixin
    private final AskedDatabase database = new AskedDatabase();

    @Option(names = "--history", description = "at an explicit read time")
    private boolean history;

    @Option(
            names = "--now",
            paramLabel = "TIME",
            description = "the moment, such as 2027-01-31T00:00:00Z; else the present")
    private @Nullable String now;

    @Option(names = "--address", paramLabel = "IP", description = "the address the request comes from")
    private @Nullable String address;

    @Nullable
    Path dir() {
        return dir;
    }

    ParameterException mistake(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    Access access() {
        String word = operation.toLowerCase(Locale.ROOT);
        if (!OPERATIONS.contains(word)) {
            throw mistake("`" + operation + "` is no operation: one of " + String.join(", ", OPERATIONS));
        }
        Operation asked = Operation.valueOf(word.toUpperCase(Locale.ROOT));
        Resource resource = ResourceText.read(asked, path)
                .orElseThrow(
                        () -> mistake("`" + path + "` is no path for " + word + ": write " + ResourceText.form(asked)));
        return new Access(asked, resource, history);
    }

    DatabaseName database(PolicySnapshot snapshot) {
        return database.database(snapshot);
    }

    @Nullable
    IpAddress address() {
        String text = address;
        return text == null
                ? null
                : IpAddress.parse(text).orElseThrow(() -> mistake("`" + text + "` is not an IP address"));
    }

    Instant now(Surroundings surroundings) {
        if (now == null) {
            return surroundings.clock().instant();
        }
        try {
            return OffsetDateTime.parse(now).toInstant();
        } catch (DateTimeException notOne) {
            throw mistake("`" + now + "` is not a time: write 2027-01-31T00:00:00Z");
        }
    }
}
