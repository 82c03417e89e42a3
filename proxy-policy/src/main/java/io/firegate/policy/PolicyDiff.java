package io.firegate.policy;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.Obligations.WriteCheck;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.Standing.Held;
import io.firegate.policy.Standing.Tuple;
import io.firegate.policy.check.BoundCheck;
import io.firegate.policy.check.Check;
import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who gains and who loses what between two policies: everybody a binding of either names, alone, asks both for a witness of every path
 * of either. So what follows from ranks, more specific rules and denied paths is seen, and what several bindings give together is not.
 */
public final class PolicyDiff {
    /** Questions asked at most; beyond, the answer would take minutes. */
    private static final int QUESTIONS_MAX = 5_000_000;

    private static final Guid NOBODY = new Guid("00000000-0000-0000-0000-000000000000");

    private static final List<Operation> OPERATIONS = List.of(
            Operation.GET,
            Operation.LIST,
            Operation.GROUP,
            Operation.CREATE,
            Operation.UPDATE,
            Operation.DELETE,
            Operation.COLLECTIONS);

    private final PolicySnapshot old;
    private final PolicySnapshot fresh;
    private final Instant now;
    private final List<String> lines = new ArrayList<>();
    private boolean gains;

    private PolicyDiff(PolicySnapshot old, PolicySnapshot fresh, Instant now) {
        this.old = old;
        this.fresh = fresh;
        this.now = now;
    }

    /**
     * The difference.
     *
     * @param gains whether somebody gains something, or may: on other terms than before
     * @param lines one for each: {@code +} gained, {@code -} lost, {@code ~} on other terms
     */
    public record Difference(boolean gains, List<String> lines) {
        public Difference {
            lines = List.copyOf(lines);
        }
    }

    /**
     * What an access comes to.
     *
     * @param obligations what a permit demands; null when it is denied
     * @param terms the same in words, which leave out members of long lists, with credential and end
     * @param by which tier and rule permit it, or why it is denied
     */
    private record Verdict(@Nullable Obligations obligations, String terms, String by) {
        boolean permits() {
            return obligations != null;
        }

        /** The checks of writes, whatever they are asked with. */
        Set<Check> checks() {
            Set<Check> checks = new LinkedHashSet<>();
            if (obligations != null) {
                for (WriteCheck.Terms tuple : obligations.check().tuples()) {
                    BoundCheck check = tuple.check();
                    if (check != null) {
                        checks.add(check.check());
                    }
                }
            }
            return checks;
        }

        boolean isLike(Verdict other) {
            return Objects.equals(obligations, other.obligations) && terms.equals(other.terms);
        }
    }

    /** What two policies differ in at a moment. */
    public static Difference of(PolicySnapshot old, PolicySnapshot fresh, Instant now) {
        PolicyDiff diff = new PolicyDiff(old, fresh, now);
        diff.compare();
        return new Difference(diff.gains, diff.lines);
    }

    private void compare() {
        Map<String, Principal> people = new LinkedHashMap<>();
        Set<String> paths = new LinkedHashSet<>();
        Set<DatabaseName> databases = new LinkedHashSet<>();
        Set<String> ids = new TreeSet<>();
        Set<Guid> agents = new LinkedHashSet<>();
        for (PolicySnapshot snapshot : List.of(old, fresh)) {
            snapshot.bindings().forEach(binding -> agents(binding, agents));
            snapshot.tiers().forEach(tier -> ids.addAll(tier.index().literals()));
            ids.addAll(snapshot.deny().paths().literals());
        }
        for (PolicySnapshot snapshot : List.of(old, fresh)) {
            snapshot.bindings().forEach(binding -> name(binding, agents, people));
            snapshot.tiers().forEach(tier -> databases.addAll(snapshot.databases(tier, PolicyDiff::valueOf)));
            snapshot.tiers().forEach(tier -> tier.rules().forEach(rule -> witness(rule.pattern(), ids, paths)));
            snapshot.deny().paths().decisive(Reach.EVERYTHING, Operation.GET, rule -> {
                witness(rule.pattern(), ids, paths);
                return false;
            });
        }
        if ((long) people.size() * paths.size() * databases.size() * OPERATIONS.size() > QUESTIONS_MAX) {
            gains = true;
            lines.add("~ too much to compare: " + people.size() + " subjects and " + paths.size() + " paths");
            return;
        }
        people.forEach((name, principal) -> compare(name, principal, databases, paths));
        denials("principal", keys(old), keys(fresh));
        denials("app", old.deny().apps(), fresh.deny().apps());
        denials("token", tokens(old), tokens(fresh));
        if (lines.isEmpty()) {
            lines.add("nobody gains or loses anything");
        }
    }

    private static Set<String> keys(PolicySnapshot snapshot) {
        Set<String> keys = new TreeSet<>();
        snapshot.deny().principals().forEach(key -> keys.add(key.tenant() + "/" + key.oid()));
        return keys;
    }

    private static Set<String> tokens(PolicySnapshot snapshot) {
        Set<String> keys = new TreeSet<>();
        snapshot.deny().tokens().forEach(key -> keys.add(key.tenant() + "/" + key.tokenId()));
        return keys;
    }

    private void denials(String what, Collection<?> before, Collection<?> after) {
        for (Object key : before) {
            if (!after.contains(key)) {
                gains = true;
                lines.add("+ " + what + " " + key + " is no longer denied");
            }
        }
        for (Object key : after) {
            if (!before.contains(key)) {
                lines.add("- " + what + " " + key + " is denied");
            }
        }
    }

    /**
     * One principal for each way to match a binding.
     *
     * @param agents the agents that act for people under one of the policies
     */
    private static void name(Binding binding, Set<Guid> agents, Map<String, Principal> people) {
        Require require = binding.require();
        Map<String, PolicyValue> claims = new HashMap<>();
        for (Binding.Grant grant : binding.grants().values()) {
            if (grant instanceof Binding.Grant.FromClaim(var claim)) {
                claims.put(claim, new PolicyValue.Text(valueOf(claim)));
            }
        }
        for (@Nullable Guid group : orNone(binding.groups())) {
            for (@Nullable String role : orNone(binding.roles())) {
                for (@Nullable Guid app : orNone(binding.apps())) {
                    for (Binding.@Nullable PrincipalKey key : orNone(binding.principals())) {
                        List<String> parts = new ArrayList<>();
                        add(parts, "group", group);
                        add(parts, "role", role);
                        add(parts, "app", app);
                        add(parts, "principal", key == null ? null : key.tenant() + "/" + key.oid());
                        add(parts, "authentication context", require.authContext());
                        Principal.Attributes plain = new Principal.Attributes(
                                require.authContext() == null ? Set.of() : Set.of(require.authContext()),
                                Principal.Agent.NONE,
                                false);
                        Principal person = new Principal(
                                key == null ? NOBODY : key.tenant(),
                                key == null ? NOBODY : key.oid(),
                                Principal.Kind.USER,
                                app == null ? NOBODY : app,
                                group == null ? Set.of() : Set.of(group),
                                role == null ? Set.of() : Set.of(role),
                                "",
                                Instant.MAX,
                                claims,
                                plain);
                        String name = String.join(" and ", parts);
                        people.put(name, person);
                        if (require.guests()) {
                            people.put(name + ", a guest", with(person, person.app(), Principal.Agent.NONE, true));
                        }
                        if (require.agents()) {
                            people.put(name + ", an agent", with(person, person.app(), Principal.Agent.ITSELF, false));
                            for (Guid agent : agents) {
                                people.put(
                                        name + ", through agent " + agent,
                                        with(person, agent, Principal.Agent.FOR_USER, false));
                            }
                        }
                    }
                }
            }
        }
    }

    /** What stands for a claim's value: fit for the name of a database. */
    private static String valueOf(String claim) {
        StringBuilder value = new StringBuilder("claim-");
        for (int i = 0; i < claim.length(); i++) {
            char c = Character.toLowerCase(claim.charAt(i));
            value.append(DatabasePattern.isValue(String.valueOf(c)) ? c : '-');
        }
        return value.toString();
    }

    private static Principal with(Principal person, Guid app, Principal.Agent agent, boolean guest) {
        return new Principal(
                person.tenant(),
                person.oid(),
                person.kind(),
                app,
                person.groups(),
                person.roles(),
                person.tokenId(),
                person.expiresAt(),
                person.claims(),
                new Principal.Attributes(person.attributes().authContexts(), agent, guest));
    }

    /** The agents that a binding of their own names. */
    private static void agents(Binding binding, Set<Guid> agents) {
        if (binding.require().agents()
                && binding.groups().isEmpty()
                && binding.roles().isEmpty()) {
            agents.addAll(binding.apps());
            if (binding.apps().isEmpty()) {
                binding.principals().forEach(key -> agents.add(key.oid()));
            }
        }
    }

    private static <T> List<@Nullable T> orNone(Set<T> values) {
        List<@Nullable T> list = new ArrayList<>(values);
        if (list.isEmpty()) {
            list.add(null);
        }
        return list;
    }

    private static void add(List<String> parts, String word, @Nullable Object value) {
        if (value != null) {
            parts.add(word + " " + value);
        }
    }

    /** A path only this pattern and wider ones match, and where it goes deeper one below. */
    private static void witness(PathPattern pattern, Set<String> ids, Set<String> paths) {
        List<String> own = pattern.fresh();
        if (pattern.form() == PathPattern.Form.EXACT) {
            paths.add(pattern.readable(own, ids));
            return;
        }
        if (!own.isEmpty()) {
            paths.add(pattern.readable(own, ids));
        }
        List<String> deeper = new ArrayList<>(own);
        deeper.addAll(
                pattern.form() == PathPattern.Form.SUFFIX ? 0 : own.size(),
                List.of(PathPattern.FRESH, PathPattern.FRESH));
        paths.add(pattern.readable(deeper, ids));
    }

    private void compare(String name, Principal principal, Set<DatabaseName> databases, Set<String> paths) {
        Standing before = anywhere(old, principal, now);
        Standing after = anywhere(fresh, principal, now);
        for (DatabaseName database : databases) {
            Set<Access> asked = new LinkedHashSet<>();
            for (String path : paths) {
                for (Operation operation : OPERATIONS) {
                    resource(operation, path).ifPresent(resource -> asked.add(Access.of(operation, resource)));
                }
            }
            for (Access access : asked) {
                AccessRequest request = new AccessRequest(database, List.of(access), null, now);
                tell(name, request, verdict(old, before, request), verdict(fresh, after, request));
            }
        }
    }

    private static Optional<Resource> resource(Operation operation, String path) {
        int last = path.lastIndexOf('/');
        String collection = last <= 0 ? "" : path.substring(0, last);
        return switch (operation) {
            case LIST -> ResourceText.read(operation, collection);
            case GROUP ->
                ResourceText.read(operation, "/**" + collection.substring(Math.max(0, collection.lastIndexOf('/'))));
            default -> ResourceText.read(operation, path);
        };
    }

    private static Verdict verdict(PolicySnapshot snapshot, Standing standing, AccessRequest request) {
        return switch (snapshot.decide(standing, request).onTerms()) {
            case Decision.Deny deny -> new Verdict(null, "", deny.reason().name());
            case Decision.Permit permit -> {
                Decision.Grant grant = permit.grants().get(0);
                Obligations obligations = grant.obligations();
                List<String> terms = new ArrayList<>();
                if (obligations.rows() instanceof RowFilter.Rows(var predicate)) {
                    terms.add("where " + predicate.describe());
                }
                switch (obligations.fields()) {
                    case FieldMask.AllFields.INSTANCE -> {}
                    case FieldMask.Hidden(var hidden) -> terms.add("without " + hidden);
                    case FieldMask.Shown(var shown) -> terms.add("only " + shown);
                }
                if (obligations.write() instanceof WriteGuard.Readonly(var kept)) {
                    terms.add("keeping " + kept);
                }
                if (!obligations.check().tuples().isEmpty()) {
                    terms.add(check(obligations.check().tuples()));
                }
                terms.addAll(limits(snapshot.standing(standing.principal()), grant.tier(), request.now()));
                terms.add("with credential " + permit.credential());
                yield new Verdict(
                        obligations, String.join(", ", terms), "tier " + grant.tier() + ", rule " + grant.rule());
            }
        };
    }

    /** The text of a check; what it comes to nobody can tell but by asking. */
    private static String check(List<WriteCheck.Terms> tuples) {
        BoundCheck bound = tuples.isEmpty() ? null : tuples.get(0).check();
        return bound == null
                ? "by the grants of one binding"
                : "check " + bound.check().text();
    }

    private static String changed(Verdict before, Verdict after) {
        return before.checks().equals(after.checks()) ? "" : "condition changed, ";
    }

    /** Who is where and when the bindings ask for; that they ask is told as a term. */
    private static Standing anywhere(PolicySnapshot snapshot, Principal principal, Instant now) {
        Standing standing = snapshot.standing(principal);
        List<Held> held = new ArrayList<>();
        for (Held each : standing.held()) {
            List<List<Tuple>> sides = new ArrayList<>();
            for (List<Tuple> side : each.sides()) {
                sides.add(side.stream()
                        .filter(tuple -> tuple.lives(now))
                        .map(tuple -> new Tuple(tuple.grants(), Require.NOTHING, tuple.until()))
                        .toList());
            }
            held.add(new Held(each.tier(), sides));
        }
        return new Standing(snapshot, principal, held, standing.denied());
    }

    /** Until when, where and when the bindings to a tier hold, side by side. */
    private static List<String> limits(Standing standing, String tier, Instant now) {
        Set<String> limits = new LinkedHashSet<>();
        for (Held held : standing.held()) {
            if (!held.tier().name().equals(tier)) {
                continue;
            }
            for (List<Tuple> side : held.sides()) {
                Set<String> each = new TreeSet<>();
                for (Tuple tuple : side) {
                    if (tuple.lives(now)) {
                        Require request = new Require(
                                tuple.require().hours(), tuple.require().networks(), null, false, false);
                        String until = tuple.until() == null ? "" : "until " + tuple.until();
                        String asked = SubjectText.of(request);
                        each.add(until + (until.isEmpty() || asked.isEmpty() ? "" : " ") + asked);
                    }
                }
                // One without a limit lifts those of the others.
                if (!each.contains("")) {
                    limits.add(String.join(" or ", each));
                }
            }
        }
        return List.copyOf(limits);
    }

    private void tell(String name, AccessRequest request, Verdict before, Verdict after) {
        Access access = request.accesses().get(0);
        String what =
                name + ": " + Rule.word(access.operation()) + " " + access.resource() + " in " + request.database();
        if (!before.permits() && after.permits()) {
            gains = true;
            lines.add("+ " + what + ", by " + after.by + ", " + after.terms);
        } else if (before.permits() && !after.permits()) {
            lines.add("- " + what + ", was by " + before.by + ", now " + after.by);
        } else if (before.permits() && !before.isLike(after)) {
            gains = true;
            lines.add("~ " + what + ", by " + after.by + ": " + changed(before, after) + "was " + before.terms + "; is "
                    + after.terms);
        }
    }
}
