package io.firegate.policy;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a binding asks beyond whom it names. All of it must hold, else the binding gives nothing.
 *
 * @param hours one of these must be; none for always
 * @param networks one of these must hold the client's address; none for everywhere
 * @param authContext what the sign-in must have met, or null
 * @param agents whether AI agents are admitted
 * @param guests whether guests of the tenant are
 */
record Require(
        List<Hours> hours, List<Network> networks, @Nullable String authContext, boolean agents, boolean guests) {
    /** Asks for no time, place or context, and admits neither agents nor guests. */
    static final Require NOTHING = new Require(List.of(), List.of(), null, false, false);

    Require {
        hours = List.copyOf(hours);
        networks = List.copyOf(networks);
    }

    /** Whether it asks for something of a caller who is neither an agent nor a guest. */
    boolean asks() {
        return !hours.isEmpty() || !networks.isEmpty() || authContext != null;
    }

    /** Whether the token alone meets what is asked of it. */
    boolean admits(Principal.Attributes caller) {
        return (agents || caller.agent() == Principal.Agent.NONE)
                && (guests || !caller.guest())
                && (authContext == null || caller.authContexts().contains(authContext));
    }

    /** Whether the moment and the place are right. */
    boolean holds(AccessRequest request) {
        return (hours.isEmpty() || within(request.now())) && (networks.isEmpty() || holds(request.client()));
    }

    private boolean within(Instant now) {
        for (int i = 0; i < hours.size(); i++) {
            if (hours.get(i).at(now)) {
                return true;
            }
        }
        return false;
    }

    /** An address nobody knows lies in no network. */
    private boolean holds(@Nullable IpAddress client) {
        if (client == null) {
            return false;
        }
        for (int i = 0; i < networks.size(); i++) {
            if (networks.get(i).contains(client)) {
                return true;
            }
        }
        return false;
    }

    /** What is missing, in the order in which it is told: what nobody can change by signing in again comes first. */
    Set<DenyReason> lacking(Principal.Attributes caller, AccessRequest request) {
        EnumSet<DenyReason> lacking = EnumSet.noneOf(DenyReason.class);
        if (!agents && caller.agent() != Principal.Agent.NONE) {
            lacking.add(DenyReason.AGENT_NOT_ADMITTED);
        }
        if (!guests && caller.guest()) {
            lacking.add(DenyReason.GUEST_NOT_ADMITTED);
        }
        if (!networks.isEmpty() && !holds(request.client())) {
            lacking.add(DenyReason.NETWORK);
        }
        if (!hours.isEmpty() && !within(request.now())) {
            lacking.add(DenyReason.HOURS);
        }
        if (authContext != null && !caller.authContexts().contains(authContext)) {
            lacking.add(DenyReason.AUTH_CONTEXT);
        }
        return lacking;
    }

    /** The next moment after {@code now} from which the hours may answer otherwise. */
    Instant boundary(Instant now) {
        Instant next = Instant.MAX;
        for (Hours each : hours) {
            Instant its = each.boundary(now);
            next = its.isBefore(next) ? its : next;
        }
        return next;
    }
}
