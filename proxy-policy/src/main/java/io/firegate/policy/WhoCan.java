package io.firegate.policy;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.Standing.Held;
import io.firegate.policy.Standing.Tuple;
import io.firegate.policy.check.Check;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Everybody an access is open to: tier by tier, through which rule, on which terms and by which bindings. */
public final class WhoCan {
    /** Nobody in particular: only the tier decides. */
    private static final Principal ANYBODY = anybody();

    private final PolicySnapshot snapshot;
    private final AccessRequest request;
    private final Access access;
    private final List<String> lines = new ArrayList<>();
    private boolean anybody;

    private WhoCan(PolicySnapshot snapshot, DatabaseName database, Access access, Instant now) {
        this.snapshot = snapshot;
        this.access = access;
        this.request = new AccessRequest(database, List.of(access), null, now);
    }

    private static Principal anybody() {
        Guid nobody = new Guid("00000000-0000-0000-0000-000000000000");
        return new Principal(
                nobody, nobody, Principal.Kind.USER, nobody, Set.of(), Set.of(), "", Instant.MAX, Map.of());
    }

    /**
     * The answer for people, line by line.
     *
     * @param now which bindings are live
     */
    public static List<String> lines(PolicySnapshot snapshot, DatabaseName database, Access access, Instant now) {
        WhoCan answer = new WhoCan(snapshot, database, access, now);
        answer.answer();
        return answer.lines;
    }

    private void answer() {
        String what = Rule.word(access.operation()) + " " + access.resource() + (access.history() ? " in the past" : "")
                + " in " + request.database();
        lines.add("who can " + what + ":");
        Rule denied = Explaining.deniedBy(access.resource(), snapshot.deny().paths());
        if (denied != null) {
            lines.add("nobody: deny.paths " + denied.pattern() + " (" + denied.position() + ") stands against it");
            return;
        }
        for (Tier tier : snapshot.tiers()) {
            if (tier.serves(request.database())) {
                answer(tier);
            }
        }
        if (!anybody) {
            lines.add("nobody");
        }
        denials(
                "deny.principals",
                snapshot.deny().principals().stream()
                        .map(key -> key.tenant() + "/" + key.oid())
                        .toList());
        denials("deny.apps", snapshot.deny().apps().stream().map(Guid::value).toList());
    }

    private void denials(String key, List<String> denied) {
        if (anybody && !denied.isEmpty()) {
            lines.add("except " + key + ": "
                    + String.join(", ", denied.stream().sorted().toList()));
        }
    }

    private void answer(Tier tier) {
        List<Binding> bindings = snapshot.bindings().stream()
                .filter(binding -> binding.tier() == tier)
                .toList();
        switch (alone(snapshot, ANYBODY, tier, request)) {
            case Decision.Permit permit -> {
                Decision.Grant grant = permit.grants().get(0);
                lines.add("tier " + tier.name() + " (" + tier.position() + "), rule " + grant.rule()
                        + ", with credential " + permit.credential());
                terms(tier, grant);
                for (Binding binding : bindings) {
                    boolean live = binding.until() == null || request.now().isBefore(binding.until());
                    if (!binding.mayServe(request.database())) {
                        continue;
                    }
                    anybody |= live;
                    lines.add("  " + (live ? "" : "no longer: ") + SubjectText.of(binding, request.now()));
                }
                if (bindings.isEmpty()) {
                    lines.add("  no binding gives it to anyone");
                }
            }
            case Decision.Deny deny
            when deny.reason() != DenyReason.NO_RULE && !bindings.isEmpty() ->
                // The first tier with a rule for it decides, so a later one does not help its holders.
                lines.add("tier " + tier.name() + " (" + tier.position() + ") refuses it, " + deny.reason()
                        + (deny.rule() == null ? "" : " by rule " + deny.rule())
                        + ", also to holders of a later tier who do not name theirs in x-firegate-tier");
            case Decision.Deny deny -> {}
        }
    }

    private void terms(Tier tier, Decision.Grant grant) {
        for (Rule rule : tier.rules()) {
            if (!List.of(grant.rule().split("\\+", -1)).contains(rule.id())) {
                continue;
            }
            if (rule.terms().where() != null) {
                lines.add("  where " + rule.terms().where().condition().describe());
            }
            switch (rule.terms().fields()) {
                case FieldMask.AllFields.INSTANCE -> {}
                case FieldMask.Hidden(var paths) -> lines.add("  without the fields " + joined(paths));
                case FieldMask.Shown(var paths) -> lines.add("  only the fields " + joined(paths));
            }
            if (grant.obligations().write() instanceof WriteGuard.Readonly(var paths)) {
                lines.add("  which must keep the fields " + joined(paths));
            }
            Check check = rule.terms().check();
            if (check != null && !grant.obligations().check().tuples().isEmpty()) {
                lines.add("  check " + check.text());
            }
        }
    }

    private static String joined(List<FieldPath> paths) {
        return paths.stream().map(FieldPath::toString).collect(Collectors.joining(", "));
    }

    /** What is decided for a principal that holds one tier and no other. */
    static Decision.Settled alone(PolicySnapshot snapshot, Principal principal, Tier tier, AccessRequest request) {
        return snapshot.decide(
                        new Standing(snapshot, principal, List.of(held(tier, request.database())), null), request)
                .onTerms();
    }

    /** A tier that somebody holds for ever, with no grants but those that give the database: what its rules allow does not depend on them. */
    static Held held(Tier tier, DatabaseName database) {
        Map<String, List<PolicyValue>> grants = tier.databases().stream()
                .filter(pattern -> pattern.fits(database))
                .findFirst()
                .map(pattern -> pattern.filling(database))
                .orElse(Map.of());
        return new Held(tier, List.of(List.of(new Tuple(grants, Require.NOTHING, null))));
    }
}
