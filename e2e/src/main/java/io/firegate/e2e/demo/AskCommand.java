package io.firegate.e2e.demo;

import com.google.cloud.firestore.Firestore;
import io.firegate.e2e.Clients;
import io.firegate.e2e.Operation;
import io.firegate.e2e.OperationRunner;
import io.firegate.e2e.Outcome;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code firegate demo ask}: one call of the official client through the running demo, in a persona's name. */
@Command(
        name = "ask",
        description = "One call of the official Java client through the running demo",
        mixinStandardHelpOptions = true)
final class AskCommand implements Callable<Integer> {
    private final PrintStream out;

    @Spec
    private final CommandSpec spec = CommandSpec.create();

    @Mixin
    private final PersonaOption persona = new PersonaOption();

    @Option(names = "--group", description = "query: the collections of that id everywhere (a collection group)")
    private boolean group;

    @Option(names = "--where", paramLabel = "FILTER", description = "query: a filter, for example 'ward == A'")
    private List<String> where = List.of();

    @Parameters(index = "0", paramLabel = "CALL", description = "get, query, set, create, update or delete")
    private String call = "";

    @Parameters(index = "1", paramLabel = "PATH", description = "a document, patients/p1; for query a collection")
    private String path = "";

    @Parameters(index = "2..*", paramLabel = "FIELD=VALUE", description = "set, create, update: the fields")
    private List<String> fields = List.of();

    AskCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    @SuppressWarnings("try") // closing may be interrupted, and then the command ends
    public Integer call() throws Exception {
        Operation operation = operation();
        RunningDemo demo = persona.demo(spec);
        String token = persona.token(spec, demo);
        Outcome outcome;
        try (Firestore firestore = Clients.plaintext(demo.gateway(), demo.project(), demo.database(), () -> token)) {
            outcome = new OperationRunner(firestore).run(operation);
        }
        return switch (outcome) {
            case Outcome.Answered answered -> {
                (answered.lines().isEmpty() ? List.of("nothing") : answered.lines()).forEach(out::println);
                yield 0;
            }
            case Outcome.Failed failed -> {
                out.println(failed.code() + ": " + failed.message());
                out.println("reason: " + Tour.why(failed));
                yield 1;
            }
        };
    }

    private Operation operation() {
        return switch (call) {
            case "get" -> new Operation.Get(path);
            case "query" ->
                new Operation.Query(
                        path, group, where.stream().map(this::filter).toList(), List.of(), List.of(), List.of(), 0, 0);
            case "set" -> new Operation.Put(path, data(), false);
            case "create" -> new Operation.Create(path, data());
            case "update" -> new Operation.Update(path, data());
            case "delete" -> new Operation.Delete(path);
            default -> throw usage("unknown call \"" + call + "\": get, query, set, create, update or delete");
        };
    }

    private Operation.Filter filter(String text) {
        String[] parts = text.strip().split("\\s+", 3);
        if (parts.length != 3) {
            throw usage("a filter is FIELD OP VALUE, for example 'ward == A'");
        }
        return new Operation.Filter(parts[0], parts[1], scalar(parts[2]));
    }

    private Map<String, @Nullable Object> data() {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        for (String field : fields) {
            int equals = field.indexOf('=');
            if (equals < 1) {
                throw usage("\"" + field + "\": a field is written FIELD=VALUE");
            }
            data.put(field.substring(0, equals), scalar(field.substring(equals + 1)));
        }
        return data;
    }

    /** 72 is a number, true a truth value, anything else what YAML makes of it. */
    private static @Nullable Object scalar(String text) {
        return new Load(LoadSettings.builder().build()).loadFromString(text);
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
