package io.firegate.cli;

import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say who asks, as facts of a token or by the name a suite gives them. */
final class AskingPrincipal {
    private static final String NOBODY = "00000000-0000-0000-0000-000000000000";

    @Option(names = "--as", paramLabel = "NAME", description = "a principal of a suite beside the policy (*_test.yaml)")
    private @Nullable String as;

    @Option(names = "--tenant", paramLabel = "ID", description = "the tenant's id")
    private @Nullable String tenant;

    @Option(names = "--oid", paramLabel = "ID", description = "the object id of the person or service principal")
    private @Nullable String oid;

    @Option(names = "--app", paramLabel = "ID", description = "the client application's id")
    private @Nullable String app;

    @Option(names = "--app-only", description = "an application acting for itself")
    private boolean appOnly;

    @Option(names = "--groups", split = ",", paramLabel = "ID", description = "object ids of groups")
    private List<String> groups = new ArrayList<>();

    @Option(names = "--roles", split = ",", paramLabel = "ROLE", description = "app roles")
    private List<String> roles = new ArrayList<>();

    @Option(names = "--claim", paramLabel = "NAME=VALUE", description = "a claim the policy may use; may be repeated")
    private Map<String, String> claims = new LinkedHashMap<>();

    @Option(
            names = "--auth-context",
            split = ",",
            paramLabel = "ID",
            description = "authentication contexts the sign-in met, such as c1")
    private List<String> authContexts = new ArrayList<>();

    @Option(names = "--guest", description = "a guest of the tenant")
    private boolean guest;

    @Option(
            names = "--agent",
            paramLabel = "KIND",
            description = "an AI agent acts: itself, or for-user (--app is the agent, all else the person)")
    private @Nullable String agent;

    /** The suite principal's name, or null. */
    @Nullable
    String name() {
        return as;
    }

    /** Whether anything is said beside a name. */
    boolean hasFacts() {
        return tenant != null
                || oid != null
                || app != null
                || appOnly
                || !groups.isEmpty()
                || !roles.isEmpty()
                || !claims.isEmpty()
                || !authContexts.isEmpty()
                || guest
                || agent != null;
    }

    Principal principal(AskedAccess asked) {
        Set<Guid> ids = groups.stream().map(id -> guid(asked, "--groups", id)).collect(Collectors.toUnmodifiableSet());
        Map<String, PolicyValue> values = new LinkedHashMap<>();
        claims.forEach((name, value) -> values.put(name, new PolicyValue.Text(value)));
        return new Principal(
                guid(asked, "--tenant", tenant),
                guid(asked, "--oid", oid),
                appOnly ? Principal.Kind.APP : Principal.Kind.USER,
                guid(asked, "--app", app),
                ids,
                new TreeSet<>(roles),
                "",
                Instant.MAX,
                values,
                new Principal.Attributes(new TreeSet<>(authContexts), agent(asked), guest));
    }

    private Principal.Agent agent(AskedAccess asked) {
        return switch (agent) {
            case null -> Principal.Agent.NONE;
            case "itself" -> Principal.Agent.ITSELF;
            case "for-user" -> Principal.Agent.FOR_USER;
            default -> throw asked.mistake("--agent: `" + agent + "` is neither itself nor for-user");
        };
    }

    private static Guid guid(AskedAccess asked, String option, @Nullable String text) {
        String written = text == null ? NOBODY : text;
        return Guid.parse(written).orElseThrow(() -> asked.mistake(option + ": `" + written + "` is not a GUID"));
    }
}
