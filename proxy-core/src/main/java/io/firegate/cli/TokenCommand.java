package io.firegate.cli;

import io.firegate.auth.entra.InspectionStep;
import io.firegate.auth.entra.TokenInspection;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.auth.entra.TokenVerifier;
import io.firegate.config.ConfigLoad;
import io.firegate.config.GatewayConfig;
import io.firegate.config.Limit;
import io.firegate.gateway.Gateway;
import io.firegate.policy.Principal;
import io.firegate.policy.TierReport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code firegate token}: what a token says. */
@Command(name = "token", description = "Look at an access token", synopsisSubcommandLabel = "COMMAND")
final class TokenCommand {
    private static final int VALUE_CHARS_MAX = 300;
    private static final List<String> TIMES = List.of("exp", "nbf", "iat");

    private final Surroundings surroundings;

    TokenCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Command(
            name = "inspect",
            description =
                    "Show what a token says, every check it passes or fails, and the tiers it would get; exit code 5 when"
                            + " it would be refused. Never prints its signature",
            mixinStandardHelpOptions = true)
    int inspect(
            @Mixin ConfigOptions options,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "FILE",
                            description = "the token, with or without Bearer; - or nothing reads standard input")
                    @Nullable
                    Path file,
            @Option(
                            names = "--offline",
                            description = "fetch no keys: the signature is checked where keys come from a file only")
                    boolean offline)
            throws IOException {
        return switch (options.load(surroundings)) {
            case ConfigLoad.Refused refused -> {
                surroundings.err().print(refused.render());
                yield ExitCode.INVALID.code();
            }
            case ConfigLoad.Loaded loaded -> inspect(options, loaded.config(), file, offline);
        };
    }

    private int inspect(ConfigOptions options, GatewayConfig config, @Nullable Path file, boolean offline)
            throws IOException {
        byte[] token = read(file, config.limits().getInt(Limit.TOKEN_BYTES));
        if (token == null) {
            surroundings.err().println("there is no such file, or it cannot be read: " + file);
            return ExitCode.USAGE.code();
        }
        LoadedPolicy policy = LoadedPolicy.load(options, null, surroundings);
        if (policy instanceof LoadedPolicy.Refused refused) {
            surroundings.err().print(refused.problems());
            return ExitCode.INVALID.code();
        }
        boolean fetches =
                config.tenants().stream().anyMatch(tenant -> tenant.keys() instanceof GatewayConfig.Keys.Discovery);
        TokenInspection seen;
        try (TokenVerifier verifier = Gateway.verifier(config, surroundings.clock())) {
            seen = offline && fetches
                    ? verifier.inspectUnsigned(token)
                    : verifier.inspect(token).toCompletableFuture().join();
            // What else there is to say of a token whose key could not be had.
            if (seen.problem() == TokenProblem.KEYS_UNAVAILABLE) {
                surroundings
                        .err()
                        .println(verifier.keys().stream().map(Object::toString).collect(Collectors.joining("\n")));
            }
        }
        print(seen, config);
        Principal principal = seen.principal();
        if (principal != null && policy instanceof LoadedPolicy.Ready ready) {
            say("");
            say(seen.signatureChecked() ? "Tiers" : "Tiers it would have if the signature were good");
            TierReport.lines(
                            ready.snapshot().standing(principal),
                            surroundings.clock().instant())
                    .forEach(line -> say("  " + line));
        }
        return seen.problem() == null ? ExitCode.OK.code() : ExitCode.PROBE_FAILED.code();
    }

    private byte @Nullable [] read(@Nullable Path file, int bytesMax) {
        // A little more than the limit: so that what is too long is said to be, after Bearer and blanks went.
        int readMax = bytesMax + 1024;
        byte[] bytes;
        try (InputStream in = file == null || file.toString().equals("-")
                ? surroundings.in()
                : Files.newInputStream(surroundings.directory().resolve(file))) {
            bytes = in.readNBytes(readMax);
        } catch (IOException e) {
            return null;
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
        if (text.regionMatches(true, 0, "authorization:", 0, 14)) {
            text = text.substring(14).strip();
        }
        if (text.regionMatches(true, 0, "bearer ", 0, 7)) {
            text = text.substring(7).strip();
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void print(TokenInspection seen, GatewayConfig config) {
        say("Header");
        new TreeMap<>(seen.header()).forEach((name, value) -> say("  " + printable(name) + " = " + text(value)));
        say("");
        say("Claims that matter here (" + seen.claims().size() + " in all)");
        TreeSet<String> shown = new TreeSet<>(TokenInspection.CLAIMS_SHOWN);
        shown.addAll(config.claims());
        Instant now = surroundings.clock().instant();
        for (Map.Entry<String, Object> claim : new TreeMap<>(seen.claims()).entrySet()) {
            if (shown.contains(claim.getKey())) {
                say("  " + claim.getKey() + " = "
                        + (TIMES.contains(claim.getKey()) ? time(claim.getValue(), now) : text(claim.getValue())));
            }
        }
        say("");
        say("Checks");
        InspectionStep failed = seen.failedAt().orElse(null);
        for (InspectionStep step : InspectionStep.values()) {
            say("  " + mark(step, failed, seen) + " " + step.demand());
        }
        say("");
        TokenProblem problem = seen.problem();
        if (problem == null) {
            say(
                    seen.signatureChecked()
                            ? "Accepted."
                            : "Would be accepted if the signature is good: without --offline it is checked.");
        } else {
            say("Refused, " + problem + ": " + problem.description()
                    + (seen.missingScope().isEmpty() ? "" : " (" + seen.missingScope() + ")") + ".");
        }
    }

    private static String mark(InspectionStep step, @Nullable InspectionStep failed, TokenInspection seen) {
        boolean unsigned = !seen.signatureChecked()
                && (step == InspectionStep.KEY || step == InspectionStep.SIGNATURE)
                && (failed == null || failed.compareTo(InspectionStep.SIGNATURE) > 0);
        if (unsigned) {
            return "[ ]";
        }
        int order = failed == null ? -1 : step.compareTo(failed);
        return order < 0 ? "[+]" : order == 0 ? "[-]" : "[ ]";
    }

    private static String time(Object value, Instant now) {
        if (!(value instanceof Long seconds) || seconds < 0 || seconds > 253_402_300_799L) {
            return text(value);
        }
        Duration away = Duration.between(now, Instant.ofEpochSecond(seconds));
        return seconds + " (" + Instant.ofEpochSecond(seconds) + ", "
                + (away.isNegative() ? words(away.negated()) + " ago" : "in " + words(away)) + ")";
    }

    private static String words(Duration time) {
        return time.toHours() > 0
                ? time.toHours() + " h " + time.toMinutesPart() + " min"
                : time.toMinutes() + " min " + time.toSecondsPart() + " s";
    }

    private static String text(Object value) {
        return printable(
                switch (value) {
                    case List<?> list
                    when list.size() > 20 -> list.size() + " of them, " + list.subList(0, 20) + " and others";
                    default -> value.toString();
                });
    }

    /** One line of characters a terminal shows and does not obey. */
    private static String printable(String text) {
        List<String> out = new ArrayList<>();
        text.codePoints()
                .limit(VALUE_CHARS_MAX)
                .forEach(c -> out.add(
                        c < 0x20 || (c >= 0x7f && c < 0xa0) || Character.getType(c) == Character.FORMAT
                                ? String.format("\\u%04x", c)
                                : Character.toString(c)));
        return String.join("", out) + (text.codePointCount(0, text.length()) > VALUE_CHARS_MAX ? "…" : "");
    }

    private void say(String line) {
        surroundings.out().println(line);
    }
}
