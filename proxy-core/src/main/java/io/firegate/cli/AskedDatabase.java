package io.firegate.cli;

import io.firegate.policy.DatabaseName;
import io.firegate.policy.PolicySnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The database a command asks about. */
final class AskedDatabase {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--database",
            paramLabel = "PROJECT/DATABASE",
            description = "the database; needed when the policy's tiers name several")
    private @Nullable String database;

    /** The one that is named, or the policy's only one. */
    DatabaseName database(PolicySnapshot snapshot) {
        if (database != null) {
            String text = database;
            return DatabaseName.parse(text)
                    .orElseThrow(() -> mistake("`" + text + "` is not a database: write project/database"));
        }
        List<DatabaseName> all = snapshot.databases();
        if (all.size() != 1) {
            throw mistake("--database is needed: one of "
                    + String.join(", ", all.stream().map(DatabaseName::toString).toList()));
        }
        return all.get(0);
    }

    private ParameterException mistake(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
