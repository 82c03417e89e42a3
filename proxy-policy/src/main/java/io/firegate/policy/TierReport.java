package io.firegate.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Which tiers a principal holds by which bindings, and what it lacks for the others; for people, line by line. */
public final class TierReport {
    private TierReport() {}

    /** The lines, in order of rank. */
    public static List<String> lines(Standing standing, Instant now) {
        PolicySnapshot snapshot = standing.snapshot();
        List<String> lines = new ArrayList<>();
        DenyReason denied = standing.denied();
        if (denied != null) {
            lines.add("refused as a whole: " + denied);
        }
        // Of nowhere and in no database: what asks for a network is told as lacking.
        AccessRequest request = new AccessRequest(new DatabaseName("", ""), List.of(), null, now);
        List<String> held = standing.tiers(request);
        for (Tier tier : snapshot.tiers()) {
            boolean holds = held.contains(tier.name());
            lines.add((holds ? "holds " : "lacks ") + tier.name() + ", for "
                    + String.join(
                            " and ",
                            tier.databases().stream()
                                    .map(DatabasePattern::toString)
                                    .toList()));
            List<Binding> bindings = snapshot.bindings().stream()
                    .filter(binding -> binding.tier() == tier)
                    .toList();
            for (Binding binding : bindings) {
                List<String> lacking = SubjectText.lacking(binding, standing.principal(), request);
                if (lacking.isEmpty()) {
                    lines.add("  by " + SubjectText.of(binding, now));
                } else if (!holds) {
                    lines.add("  needs " + String.join(", and ", lacking));
                }
            }
            if (bindings.isEmpty()) {
                lines.add("  no binding gives it to anyone");
            }
        }
        return lines;
    }
}
