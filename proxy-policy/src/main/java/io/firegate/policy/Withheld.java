package io.firegate.policy;

import io.firegate.policy.Standing.Held;
import io.firegate.policy.Standing.Tuple;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds out whether a request is denied only because a binding that names the caller asks for more. */
final class Withheld {
    /** Tiers that are tried for one denial, the first by rank: a principal is named by few. */
    private static final int TIERS_MAX = 16;

    /** What is missing, with what the caller needs to know of it; empty when the reason says it all. */
    private final Map<DenyReason, String> lacking = new EnumMap<>(DenyReason.class);

    private final List<List<Tuple>> lifted = new ArrayList<>();

    private Withheld() {}

    /** The denial, naming what is missing when with it alone the request would be permitted. */
    static Decision.Deny tell(PolicySnapshot snapshot, Standing standing, AccessRequest request, Decision.Deny deny) {
        if (standing.denied() != null || deny.reason() == DenyReason.DENIED_PATH) {
            return deny;
        }
        Principal.Attributes caller = standing.principal().attributes();
        if (!snapshot.asking() && caller.agent() == Principal.Agent.NONE && !caller.guest()) {
            return deny;
        }
        Decision.Deny told = deny;
        int fewest = Integer.MAX_VALUE;
        int tried = 0;
        for (Held named : snapshot.held(standing.principal(), true)) {
            if (tried == TIERS_MAX) {
                break;
            }
            Withheld of = of(named, standing.principal(), request);
            if (of == null || of.lacking.isEmpty() || of.lacking.size() >= fewest) {
                continue;
            }
            tried++;
            List<Held> with = new ArrayList<>(standing.held());
            with.removeIf(held -> held.tier() == named.tier());
            with.add(new Held(named.tier(), of.lifted));
            with.sort(Comparator.comparingInt(held -> held.tier().rank()));
            if (!(snapshot.judge(new Standing(snapshot, standing.principal(), with, null), request)
                    instanceof Decision.Deny)) {
                fewest = of.lacking.size();
                Map.Entry<DenyReason, String> first =
                        of.lacking.entrySet().iterator().next();
                told = new Decision.Deny(
                        first.getKey(),
                        deny.refused(),
                        named.tier().name(),
                        null,
                        first.getValue().isEmpty() ? null : first.getValue(),
                        null);
            }
        }
        return told;
    }

    /** What a tier lacks for a request on each side, and its tuples with that; null when a side has nothing that could count. */
    private static @Nullable Withheld of(Held named, Principal principal, AccessRequest request) {
        Withheld of = new Withheld();
        for (List<Tuple> side : named.sides()) {
            if (side.isEmpty() && !of.lifted.isEmpty()) {
                // The agent has no binding of its own: none admits it.
                of.lacking.put(DenyReason.AGENT_NOT_ADMITTED, "");
                of.lifted.add(of.lifted.get(0));
                continue;
            }
            Tuple nearest = null;
            Set<DenyReason> its = EnumSet.allOf(DenyReason.class);
            for (Tuple tuple : side) {
                Set<DenyReason> lacks = tuple.require().lacking(principal.attributes(), request);
                boolean serves = named.tier().serves(request.database(), tuple.grants());
                if (serves && tuple.lives(request.now()) && lacks.size() < its.size()) {
                    nearest = tuple;
                    its = lacks;
                }
            }
            if (nearest == null) {
                return null;
            }
            for (DenyReason lacks : its) {
                of.lacking.putIfAbsent(lacks, detail(lacks, nearest.require(), request));
            }
            of.lifted.add(List.of(new Tuple(nearest.grants(), Require.NOTHING, null)));
        }
        return of;
    }

    /** Why a tier whose bindings name a principal serves no request of it, for a person. */
    static String describe(Held named, Principal principal, AccessRequest request) {
        Withheld of = of(named, principal, request);
        if (of != null) {
            return "withheld: "
                    + of.lacking.entrySet().stream()
                            .map(each -> each.getValue().isEmpty()
                                    ? each.getKey().name()
                                    : each.getKey() + " (" + each.getValue() + ")")
                            .collect(Collectors.joining(", "));
        }
        return named.sides().stream()
                .flatMap(List::stream)
                .map(Tuple::until)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .map(last -> "no longer held, the binding ended at " + last)
                .orElse("not held, no binding of the user's own matches");
    }

    /** Of the authentication context exactly its id, which the challenge names. */
    private static String detail(DenyReason lacking, Require require, AccessRequest request) {
        String context = require.authContext();
        return switch (lacking) {
            case HOURS ->
                String.join(", ", require.hours().stream().map(Hours::toString).toList());
            case NETWORK -> request.client() == null ? "" : "it came from " + request.client();
            case AUTH_CONTEXT -> context == null ? "" : context;
            default -> "";
        };
    }
}
