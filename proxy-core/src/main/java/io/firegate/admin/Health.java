package io.firegate.admin;

import io.firegate.audit.AuditLog;
import io.firegate.auth.entra.KeyStatus;
import io.firegate.auth.entra.TokenVerifier;
import io.firegate.auth.federation.CredentialStatus;
import io.firegate.auth.graph.GraphStatus;
import io.firegate.auth.graph.MemberGroups;
import io.firegate.reload.PolicyStatus;
import io.firegate.reload.PolicyStore;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What the three probes ask. Every check reads state that is there anyway and never waits.
 *
 * <ul>
 *   <li>{@code /livez}: the process answers. Nothing that a restart would not cure is asked here.
 *   <li>{@code /startupz}: every listener is open and each tenant's signing keys were asked for once, well or not. A tenant that
 *       cannot be reached does not keep a gateway from having started: restarting it would not help, and {@code /readyz} says so.
 *   <li>{@code /readyz}: a request with a good token would be served: a policy, the keys of at least one tenant, a Google credential
 *       of at least one service account where they are used, a record that takes lines, and nobody told the gateway to stop. Firestore
 *       is not asked: it is the same for all replicas, and a load balancer without any of them would hide the cause that each answer
 *       names.
 * </ul>
 */
public final class Health {
    /** A question and the checks behind it. */
    enum Probe {
        LIVE,
        READY,
        STARTED
    }

    /** One thing looked at. */
    record Check(String name, Supplier<Finding> look) {}

    /** What one check found. */
    record Result(String name, Finding finding) {}

    private final Map<Probe, List<Check>> checks;

    Health(Map<Probe, List<Check>> checks) {
        this.checks = new EnumMap<>(checks);
    }

    /**
     * The health of a gateway.
     *
     * @param groups looks up the groups of callers whose token does not hold them
     * @param credentials how the service accounts' credentials stand; empty when there are none
     * @param recordRequired {@code audit.onFailure: deny}: without a record nothing is served
     */
    public static Health of(
            Stage stage,
            TokenVerifier verifier,
            MemberGroups groups,
            Supplier<List<CredentialStatus>> credentials,
            PolicyStore policies,
            AuditLog record,
            boolean recordRequired) {
        return new Health(Map.of(
                Probe.LIVE, List.of(new Check("process", () -> Finding.good("answers"))),
                Probe.STARTED,
                        List.of(
                                new Check("listeners", () -> listeners(stage)),
                                new Check("keys", () -> asked(verifier.keysAsked())),
                                new Check("credentials", () -> credentialsAsked(credentials.get()))),
                Probe.READY,
                        List.of(
                                new Check("stage", stage::finding),
                                new Check("policy", () -> policy(policies.status())),
                                new Check("keys", () -> keys(verifier.keys())),
                                new Check("groups", () -> groups(groups.status())),
                                new Check("credentials", () -> credentials(credentials.get())),
                                new Check(
                                        "record", () -> record(record.healthy(), record.problem(), recordRequired)))));
    }

    List<Result> ask(Probe probe) {
        List<Result> results = new ArrayList<>();
        for (Check check : checks.getOrDefault(probe, List.of())) {
            results.add(new Result(check.name(), check.look().get()));
        }
        return results;
    }

    private static Finding listeners(Stage stage) {
        return stage.hasStarted() ? Finding.good("open") : Finding.bad("not all open yet");
    }

    private static Finding asked(boolean asked) {
        return asked
                ? Finding.good("asked for once")
                : Finding.bad("the first fetch of a tenant's signing keys has not ended yet");
    }

    static Finding policy(PolicyStatus status) {
        PolicyStatus.Failure failure = status.failure();
        if (failure == null) {
            return Finding.good(status.snapshotId());
        }
        // The last good policy is a policy: taking every replica away would be the worse answer to a typing mistake.
        return Finding.good(status.snapshotId() + " is still in force; the files as they are now were refused with "
                + failure.count() + " problems, see the log");
    }

    static Finding keys(List<KeyStatus> tenants) {
        List<String> lacking = new ArrayList<>();
        for (KeyStatus keys : tenants) {
            if (!keys.usable()) {
                String why = keys.lastFailure().isEmpty() ? "not fetched yet" : keys.lastFailure();
                lacking.add(keys.tenant() + " (" + why + ")");
            }
        }
        if (lacking.isEmpty()) {
            return Finding.good("usable for every tenant");
        }
        boolean none = lacking.size() == tenants.size();
        return new Finding(
                !none,
                (none ? "no tenant's signing keys are usable: " : "not usable for: ") + String.join(", ", lacking));
    }

    /** Never a reason to take a replica away: callers whose token holds their groups are served, and all replicas ask the same Graph. */
    static Finding groups(List<GraphStatus> tenants) {
        if (tenants.isEmpty()) {
            return Finding.good("none is looked up");
        }
        String failing = tenants.stream()
                .filter(graph -> !graph.lastFailure().isEmpty())
                .map(graph -> graph.tenant() + " (" + graph.lastFailure() + ")")
                .collect(Collectors.joining(", "));
        return Finding.good(failing.isEmpty() ? "can be looked up" : "cannot be looked up: " + failing);
    }

    private static Finding credentialsAsked(List<CredentialStatus> credentials) {
        return credentials.stream().allMatch(CredentialStatus::asked)
                ? Finding.good("asked for once")
                : Finding.bad("the first fetch of a Google credential has not ended yet");
    }

    static Finding credentials(List<CredentialStatus> credentials) {
        if (credentials.isEmpty()) {
            return Finding.good("none is fetched");
        }
        List<String> troubled = new ArrayList<>();
        for (CredentialStatus credential : credentials) {
            if (credential.problem() != null) {
                troubled.add(credential.name() + (credential.usable() ? " (valid, not refreshed: " : " (")
                        + credential.detail() + ")");
            } else if (!credential.usable()) {
                troubled.add(credential.name() + " (not fetched yet)");
            }
        }
        if (troubled.isEmpty()) {
            return Finding.good("valid for every service account");
        }
        // The tiers of the others are served; taking them away too would help nobody.
        boolean any = credentials.stream().anyMatch(CredentialStatus::usable);
        return new Finding(any, (any ? "" : "no Google credential is valid: ") + String.join(", ", troubled));
    }

    static Finding record(boolean healthy, @org.jspecify.annotations.Nullable String problem, boolean required) {
        if (healthy) {
            return Finding.good("writable");
        }
        String why = problem == null ? "the record is closed" : problem;
        return required
                ? Finding.bad(why)
                : Finding.good(why + "; requests are served without a record, because audit.onFailure is allow");
    }
}
