package io.firegate.cli;

import io.firegate.config.ConfigLoad;
import io.firegate.config.EffectiveValue;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code firegate config}: what is configured. */
@Command(name = "config", description = "Show the settings in force", synopsisSubcommandLabel = "COMMAND")
final class ConfigCommand {
    private final Surroundings surroundings;

    ConfigCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Command(
            name = "explain",
            description = "Print every setting in force and where its value came from",
            mixinStandardHelpOptions = true)
    int explain(
            @Mixin ConfigOptions options,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "KEY",
                            description = "only this setting and those below it, for example limits")
                    @Nullable
                    String key) {
        return switch (options.load(surroundings)) {
            case ConfigLoad.Refused refused -> {
                surroundings.err().print(refused.render());
                yield ExitCode.INVALID.code();
            }
            case ConfigLoad.Loaded loaded -> print(loaded.values(), key);
        };
    }

    private int print(List<EffectiveValue> all, @Nullable String key) {
        List<EffectiveValue> values = all.stream()
                .filter(value ->
                        key == null || value.path().equals(key) || value.path().startsWith(key + "."))
                .toList();
        if (values.isEmpty()) {
            surroundings.err().println("no setting `" + key + "`");
            return ExitCode.USAGE.code();
        }
        int path = width(values.stream().map(EffectiveValue::path).toList());
        int value = width(values.stream().map(EffectiveValue::value).toList());
        for (EffectiveValue one : values) {
            surroundings
                    .out()
                    .printf("%-" + path + "s = %-" + value + "s  # %s%n", one.path(), one.value(), one.origin());
        }
        return ExitCode.OK.code();
    }

    /** Wide enough for all but the odd long one, so that one path does not push every other line off the screen. */
    private static int width(List<String> texts) {
        return Math.min(48, texts.stream().mapToInt(String::length).max().orElse(1));
    }
}
