package io.firegate.cli;

import io.firegate.auth.entra.InspectionStep;
import io.firegate.auth.entra.TokenInspection;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.auth.entra.TokenVerifier;
import io.firegate.auth.graph.GraphStatus;
import io.firegate.auth.graph.Membership;
import io.firegate.config.ConfigLoad;
import io.firegate.config.GatewayConfig;
import io.firegate.config.Limit;
import io.firegate.gateway.Directories;
import io.firegate.gateway.Gateway;
import io.firegate.policy.Guid;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Principal;
import io.firegate.policy.Standing;
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
                            description =
                                    "ask nobody: the signature is checked where keys come from a file only, and groups that are not in the token"
                                            + " are not looked up")
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
            return rights(seen, principal, ready.snapshot(), config, offline).code();
        }
        return (seen.problem() == null ? ExitCode.OK : ExitCode.PROBE_FAILED).code();
    }

    /** The tiers, with the groups that are not in the token. */
    private ExitCode rights(
            TokenInspection seen, Principal principal, PolicySnapshot policy, GatewayConfig config, boolean offline) {
        String heading = seen.signatureChecked() ? "Tiers" : "Tiers it would have if the signature were good";
        if (!seen.groupsElsewhere()) {
            return tiers(heading, policy.standing(principal));
        }
        say(
                "Overage: the groups are not in the token; they come from Graph, which is asked about those the policy names ("
                        + policy.groups().size() + ").");
        if (offline) {
            say("Offline nobody can tell which of them it is in, and without an answer it would be 503.");
            say(accepted(seen));
            return tiers(heading + ", whatever its groups give beside", policy.standing(principal));
        }
        try (Directories directories = new Directories(config, surroundings.clock())) {
            directories.start().toCompletableFuture().join();
            Membership answer = directories.groups().of(principal, policy.groups());
            if (answer instanceof Membership.Pending(var later)) {
                answer = later.toCompletableFuture().join();
            }
            return switch (answer) {
                case Membership.Known(var groups) -> {
                    say(
                            groups.isEmpty()
                                    ? "It is in none of them."
                                    : "It is in "
                                            + groups.stream()
                                                    .map(Guid::value)
                                                    .sorted()
                                                    .collect(Collectors.joining(", "))
                                            + ".");
                    say(accepted(seen));
                    yield tiers(heading, policy.standing(principal.inGroups(groups)));
                }
                case Membership.NoSuchPrincipal gone -> refused(TokenProblem.PRINCIPAL_GONE, "");
                case Membership.Unknown unknown ->
                    refused(
                            TokenProblem.GROUPS_UNAVAILABLE,
                            directories.groups().status().stream()
                                            .filter(status -> status.tenant().equals(principal.tenant()))
                                            .map(GraphStatus::lastFailure)
                                            .findFirst()
                                            .map(why -> " (" + why + ")")
                                            .orElse("")
                                    + "; firegate doctor says more");
                case Membership.Pending pending -> throw new IllegalStateException("it was waited for");
            };
        }
    }

    private ExitCode tiers(String heading, Standing standing) {
        say("");
        say(heading);
        TierReport.lines(standing, surroundings.clock().instant()).forEach(line -> say("  " + line));
        return ExitCode.OK;
    }

    private ExitCode refused(TokenProblem problem, String detail) {
        say("Refused, " + problem + ": " + problem.description() + detail + ".");
        return ExitCode.PROBE_FAILED;
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
            if (!seen.groupsElsewhere()) {
                say(accepted(seen));
            }
        } else {
            say("Refused, " + problem + ": " + problem.description()
                    + (seen.missingScope().isEmpty() ? "" : " (" + seen.missingScope() + ")") + ".");
        }
    }

    private static String accepted(TokenInspection seen) {
        return seen.signatureChecked()
                ? "Accepted."
                : "Would be accepted if the signature is good: without --offline it is checked.";
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
