package io.firegate.e2e.demo;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code firegate demo token}: a persona's token from the running demo's issuer, for curl. Good nowhere else. */
@Command(
        name = "token",
        description = "Print a persona's token from the running demo, for curl",
        mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {
    private final PrintStream out;

    @Spec
    private final CommandSpec spec = CommandSpec.create();

    @Mixin
    private final PersonaOption persona = new PersonaOption();

    TokenCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws Exception {
        out.println(persona.token(spec, persona.demo(spec)));
        return 0;
    }
}
