package io.firegate.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which rules of a snapshot some decisions were made by: what tests leave out shows here. One thread at a time. */
public final class RuleCoverage {
    /** A rule's name in the whole policy. */
    private record Key(String tier, String rule) {}

    private final PolicySnapshot snapshot;
    private final Set<Key> permitting = new HashSet<>();
    private final Set<Key> refusing = new HashSet<>();

    /** Coverage of a snapshot, nothing decided yet. */
    public RuleCoverage(PolicySnapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** Takes note of what permitted an access and let its documents through. */
    public void permitted(Decision.Grant grant) {
        // Of an upsert both.
        String[] tiers = grant.tier().split("\\+", -1);
        String[] rules = grant.rule().split("\\+", -1);
        for (int i = 0; i < Math.max(tiers.length, rules.length); i++) {
            permitting.add(new Key(tiers[Math.min(i, tiers.length - 1)], rules[Math.min(i, rules.length - 1)]));
        }
    }

    /** Takes note of an access that was refused, or of a document of it that was withheld: the rules for its path drew the line. */
    public void refused(DatabaseName database, Resource resource) {
        for (Tier tier : snapshot.tiers()) {
            if (tier.serves(database)) {
                for (Rule rule : tier.rules()) {
                    if (Explaining.concerns(rule.pattern(), resource)) {
                        refusing.add(new Key(tier.name(), rule.id()));
                    }
                }
            }
        }
    }

    /** The report, line by line. */
    public List<String> lines() {
        List<String> unpermitted = missing(permitting);
        List<String> unrefused = missing(refusing);
        int all = snapshot.ruleCount();
        List<String> lines = new ArrayList<>();
        lines.add("coverage: " + (all - unpermitted.size()) + " of " + all + " rules permitted something, "
                + (all - unrefused.size()) + " stood where something was refused");
        section(lines, "rules that permitted nothing:", unpermitted);
        section(lines, "rules where nothing was refused:", unrefused);
        return lines;
    }

    private static void section(List<String> lines, String heading, List<String> rules) {
        if (!rules.isEmpty()) {
            lines.add(heading);
            lines.addAll(rules);
        }
    }

    private List<String> missing(Set<Key> covered) {
        List<String> missing = new ArrayList<>();
        for (Tier tier : snapshot.tiers()) {
            for (Rule rule : tier.rules()) {
                if (!covered.contains(new Key(tier.name(), rule.id()))) {
                    missing.add("  tier " + tier.name() + ", rule " + rule.id() + " (" + rule.position() + "): "
                            + rule.pattern() + " [" + rule.allowed() + "]");
                }
            }
        }
        return missing;
    }
}
