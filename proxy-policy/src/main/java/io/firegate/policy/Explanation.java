package io.firegate.policy;

import io.firegate.policy.Standing.Held;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A decision and how it came about, for a person: which tiers were asked and what each rule said, with its place in the policy.
 *
 * @param decision the verdict explained
 * @param lines the account, indented with spaces
 */
public record Explanation(Decision decision, List<String> lines) {
    public Explanation {
        lines = List.copyOf(lines);
    }

    static Explanation of(Decision decision, Standing standing, AccessRequest request, PolicySnapshot snapshot) {
        List<String> lines = new ArrayList<>();
        lines.add(
                switch (decision) {
                    case Decision.Permit permit -> "permitted with credential " + permit.credential();
                    case Decision.Needs(var permit, var documents) ->
                        "permitted with credential " + permit.credential() + ", for what is looked up in "
                                + documents.stream()
                                        .map(ResourcePath::toString)
                                        .sorted()
                                        .collect(Collectors.joining(", "));
                    case Decision.Deny deny ->
                        "denied: " + deny.reason() + ", " + deny.reason().sentence()
                                + (deny.detail() == null ? "" : ": " + deny.detail());
                });
        List<Held> named = snapshot.held(standing.principal(), true);
        List<Serving> usable = new ArrayList<>();
        for (Tier tier : snapshot.tiers()) {
            Held held = held(tier, standing.held());
            Serving serving = held == null ? null : held.in(request.database());
            String why = unusable(tier, serving, held(tier, named), standing.principal(), request);
            if (why == null && serving != null) {
                usable.add(serving);
                lines.add("tier " + tier.name() + " (" + tier.position() + "): held");
            } else {
                lines.add("tier " + tier.name() + " (" + tier.position() + "): " + why);
            }
        }
        for (Access access : request.accesses()) {
            lines.add(describe(access));
            new Explaining(
                            standing.principal(),
                            request,
                            access,
                            snapshot.deny().paths(),
                            lines)
                    .explain(usable);
        }
        return new Explanation(decision, lines);
    }

    private static String describe(Access access) {
        return Rule.word(access.operation()) + " " + access.resource() + (access.history() ? " in the past" : "");
    }

    private static @Nullable Held held(Tier tier, List<Held> among) {
        for (Held held : among) {
            if (held.tier() == tier) {
                return held;
            }
        }
        return null;
    }

    private static @Nullable String unusable(
            Tier tier, @Nullable Serving serving, @Nullable Held named, Principal principal, AccessRequest request) {
        if (named == null) {
            return "not held, no binding matches";
        }
        boolean elsewhere = named.sides().stream()
                .anyMatch(side -> !side.isEmpty()
                        && side.stream().noneMatch(tuple -> tier.serves(request.database(), tuple.grants())));
        if (elsewhere) {
            return "held, but not for database " + request.database();
        }
        if (serving == null || !serving.at(request)) {
            return Withheld.describe(named, principal, request);
        }
        if (request.namedTier() != null && !request.namedTier().equals(tier.name())) {
            return "held, but the request names tier " + request.namedTier();
        }
        return null;
    }

    /** The lines, one under the other. */
    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
