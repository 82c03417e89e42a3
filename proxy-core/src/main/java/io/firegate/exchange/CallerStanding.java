package io.firegate.exchange;

import io.firegate.auth.entra.TokenProblem;
import io.firegate.auth.entra.Verification;
import io.firegate.auth.entra.VerifiedToken;
import io.firegate.auth.graph.Membership;
import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Standing;
import java.util.concurrent.CompletionStage;

/** What a caller may do under a policy, or why that cannot be told yet. */
sealed interface CallerStanding {
    /** It is known. */
    record Known(Standing standing) implements CallerStanding {}

    /** Its groups are being asked for: find again when the stage has ended, on whatever thread. */
    record Awaited(CompletionStage<?> lookup) implements CallerStanding {}

    /** Its groups cannot be told. */
    record Unknown(Failure failure) implements CallerStanding {}

    /** The same for who cannot wait: a client's stream ends then, and waits for the groups before its next one. */
    static CallerStanding atOnce(ExchangeServices services, VerifiedToken caller, PolicySnapshot snapshot) {
        CallerStanding found = of(services, caller, snapshot);
        return found instanceof Awaited
                ? new Unknown(Failures.of(new Verification.Refused(TokenProblem.GROUPS_UNAVAILABLE)))
                : found;
    }

    /** Finds it; never waits. */
    static CallerStanding of(ExchangeServices services, VerifiedToken caller, PolicySnapshot snapshot) {
        if (!caller.groupsElsewhere()) {
            return new Known(caller.standing(snapshot));
        }
        return switch (services.groups().of(caller.principal(), snapshot.groups())) {
            case Membership.Known(var groups) -> new Known(caller.standing(snapshot, groups));
            case Membership.NoSuchPrincipal gone ->
                new Unknown(Failures.of(new Verification.Refused(TokenProblem.PRINCIPAL_GONE)));
            case Membership.Unknown unknown -> new Unknown(Failures.of(unknown));
            case Membership.Pending(var outcome) -> new Awaited(outcome);
        };
    }
}
