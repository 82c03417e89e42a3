package io.firegate.doctor;

import io.firegate.auth.federation.CredentialStatus;
import io.firegate.auth.federation.EntraIdentity;
import io.firegate.auth.federation.WorkloadIdentity;
import io.firegate.auth.graph.GraphProblem;
import io.firegate.auth.graph.GraphStatus;
import io.firegate.auth.graph.Membership;
import io.firegate.config.GatewayConfig;
import io.firegate.gateway.Directories;
import io.firegate.policy.Guid;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Principal;
import java.net.URI;
import java.util.Set;

/**
 * Asks the Graph of a tenant what the gateway would ask it, about a person nobody is: that shows the permissions and reads nothing. Blocks;
 * used by one thread.
 */
final class GraphProbe {
    /** Microsoft Graph's own application, the same in every tenant. */
    private static final String GRAPH_APP = "00000003-0000-0000-c000-000000000000";

    /** GroupMember.Read.All and User.Read.All, application permissions of Graph ("Microsoft Graph permissions reference"). */
    private static final String GROUP_MEMBER_READ = "98830695-27a2-44f7-8c18-0c3ebc9698f6";

    private static final String USER_READ = "df021288-bdef-4463-88db-98f22de89214";

    private final GatewayConfig config;
    private final PolicySnapshot policy;
    private final Directories directories;

    /** A probe of directories that were started. */
    GraphProbe(GatewayConfig config, PolicySnapshot policy, Directories directories) {
        this.config = config;
        this.policy = policy;
        this.directories = directories;
    }

    /**
     * What came of it.
     *
     * @param of whose Graph it is
     * @param nobody of that tenant
     */
    Diagnosis ask(GatewayConfig.Tenant of, URI graph, Principal nobody) {
        Guid tenant = of.id();
        String subject = "graph of tenant " + tenant;
        // All that the policy names, so that a limit they are beyond is seen; Graph is asked about the first 20 at
        // most.
        Set<Guid> groups = policy.groups().isEmpty() ? Set.of(nobody.oid()) : policy.groups();
        Membership answer = directories.groups().of(nobody, groups);
        if (answer instanceof Membership.Pending(var later)) {
            answer = later.toCompletableFuture().join();
        }
        return switch (answer) {
            case Membership.Unknown unknown -> {
                String why = directories.groups().status().stream()
                        .filter(status -> status.tenant().equals(tenant))
                        .map(GraphStatus::lastFailure)
                        .findFirst()
                        .orElse("");
                yield bad(subject, of, graph, unknown.problem(), why);
            }
            case Membership.Known found -> good(subject, graph);
            case Membership.NoSuchPrincipal none -> good(subject, graph);
            case Membership.Pending pending -> throw new IllegalStateException("it was waited for");
        };
    }

    private static Diagnosis good(String subject, URI graph) {
        return Diagnosis.good(subject, graph + " answers about groups");
    }

    private Diagnosis bad(String subject, GatewayConfig.Tenant of, URI graph, GraphProblem problem, String why) {
        return switch (problem) {
            case NO_TOKEN ->
                Diagnosis.bad(
                        subject,
                        "no token for it: "
                                + directories.tokens().stream()
                                        .filter(token -> token.name().equals(Directories.name(of.id())))
                                        .map(CredentialStatus::detail)
                                        .findFirst()
                                        .orElse(""));
            case DENIED -> Diagnosis.bad(subject, why, permissions(of));
            case THROTTLED ->
                Diagnosis.bad(subject, why, "wait and ask again; other users of this application ask too");
            case UNREACHABLE, TIMEOUT ->
                Diagnosis.bad(
                        subject,
                        why,
                        "check name resolution, routes, HTTPS proxies and firewalls from this machine: curl -v "
                                + graph);
            case SERVER_ERROR ->
                Diagnosis.bad(subject, why, "ask again; see https://admin.microsoft.com/servicestatus");
            case MALFORMED -> Diagnosis.bad(subject, why, "`graph.endpoint` may name something that is not Graph");
            case OVERLOADED ->
                Diagnosis.bad(
                        subject,
                        "the policy names " + policy.groups().size()
                                + " groups, more than limits.groupsLookedUp allows",
                        "raise limits.groupsLookedUp, or bind app roles in place of groups");
        };
    }

    /** A managed identity has no application in the directory, so its rights are assigned by Graph itself. */
    private String[] permissions(GatewayConfig.Tenant of) {
        String login = "az login --tenant " + of.id();
        GatewayConfig.Identity identity = config.identity();
        if (identity != null
                && identity.workload() instanceof WorkloadIdentity.Entra entra
                && entra.identity() instanceof EntraIdentity.Application application) {
            return new String[] {
                login,
                "az ad app permission add --id " + application.clientId() + " --api " + GRAPH_APP
                        + " --api-permissions " + GROUP_MEMBER_READ + "=Role " + USER_READ + "=Role",
                "az ad app permission admin-consent --id " + application.clientId()
            };
        }
        return new String[] {
            login,
            "IDENTITY=OBJECT_ID_OF_THE_IDENTITY; GRAPH=$(az ad sp show --id " + GRAPH_APP + " --query id -o tsv)",
            "for role in " + GROUP_MEMBER_READ + " " + USER_READ + "; do az rest --method POST"
                    + " --url " + of.cloud().graph() + "/v1.0/servicePrincipals/$IDENTITY/appRoleAssignments --body"
                    + " \"{\\\"principalId\\\":\\\"$IDENTITY\\\",\\\"resourceId\\\":\\\"$GRAPH\\\",\\\"appRoleId\\\":\\\"$role\\\"}\"; done"
        };
    }
}
