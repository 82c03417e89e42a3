package io.firegate.policy;

import io.firegate.policy.Binding.PrincipalKey;
import io.firegate.policy.Standing.Held;
import io.firegate.policy.Standing.Tuple;
import io.firegate.policy.condition.PolicyValue;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An immutable compiled policy, named by the digest of its sources. Safe for any thread. */
public final class PolicySnapshot {
    /**
     * Who and what is refused whatever else the policy says.
     *
     * @param principals refused persons and service principals
     * @param apps refused client applications
     * @param tokens refused single tokens
     * @param paths refused documents: every path stands for {@link Operation#GET} and means any operation
     */
    record DenyList(Set<PrincipalKey> principals, Set<Guid> apps, Set<TokenKey> tokens, PathIndex paths) {}

    /** A single token: Entra's {@code uti} is unique within its tenant. */
    record TokenKey(Guid tenant, String tokenId) {}

    private final String id;
    private final List<Tier> tiers;
    private final List<Binding> bindings;
    private final DenyList deny;

    // Each binding stands under one of its keys, the most telling one; the others are checked when it is found.
    private final Map<Guid, int[]> byGroup = new HashMap<>();
    private final Set<Guid> groups;
    private final boolean asking;
    private final Map<String, int[]> byRole = new HashMap<>();
    private final Map<Guid, int[]> byApp = new HashMap<>();
    private final Map<PrincipalKey, int[]> byPrincipal = new HashMap<>();

    PolicySnapshot(String id, List<Tier> tiers, List<Binding> bindings, DenyList deny) {
        this.id = id;
        this.tiers = List.copyOf(tiers);
        this.bindings = List.copyOf(bindings);
        this.deny = deny;
        this.groups =
                bindings.stream().flatMap(binding -> binding.groups().stream()).collect(Collectors.toUnmodifiableSet());
        this.asking = bindings.stream().anyMatch(binding -> binding.require().asks());
        Map<Guid, List<Integer>> inGroups = new HashMap<>();
        Map<String, List<Integer>> roles = new HashMap<>();
        Map<Guid, List<Integer>> apps = new HashMap<>();
        Map<PrincipalKey, List<Integer>> principals = new HashMap<>();
        for (int i = 0; i < bindings.size(); i++) {
            Binding binding = bindings.get(i);
            if (!binding.principals().isEmpty()) {
                index(principals, binding.principals(), i);
            } else if (!binding.groups().isEmpty()) {
                index(inGroups, binding.groups(), i);
            } else if (!binding.apps().isEmpty()) {
                index(apps, binding.apps(), i);
            } else {
                index(roles, binding.roles(), i);
            }
        }
        inGroups.forEach((key, list) -> byGroup.put(key, ints(list)));
        roles.forEach((key, list) -> byRole.put(key, ints(list)));
        apps.forEach((key, list) -> byApp.put(key, ints(list)));
        principals.forEach((key, list) -> byPrincipal.put(key, ints(list)));
    }

    private static <K> void index(Map<K, List<Integer>> map, Set<K> keys, int binding) {
        for (K key : keys) {
            map.computeIfAbsent(key, k -> new ArrayList<>()).add(binding);
        }
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The first 16 hexadecimal digits of the SHA-256 over the source files' names and bytes. */
    public String id() {
        return id;
    }

    /** The names of all tiers in order of rank. */
    public List<String> tierNames() {
        return tiers.stream().map(Tier::name).toList();
    }

    /** The number of rules of all tiers. */
    public int ruleCount() {
        return tiers.stream().mapToInt(tier -> tier.rules().size()).sum();
    }

    /** The number of bindings. */
    public int bindingCount() {
        return bindings.size();
    }

    /**
     * The databases its tiers and bindings name, each once, in the order of the tiers. What a claim fills in is not known here.
     */
    public List<DatabaseName> databases() {
        return tiers.stream()
                .flatMap(tier -> databases(tier, null).stream())
                .distinct()
                .toList();
    }

    /**
     * The databases of a tier that its bindings give, each once.
     *
     * @param claim gives a value for each claim; null leaves out what a claim fills in
     */
    Set<DatabaseName> databases(Tier tier, @Nullable UnaryOperator<String> claim) {
        Set<DatabaseName> databases = new LinkedHashSet<>();
        tier.databases().forEach(pattern -> databases.addAll(pattern.names(Map.of())));
        for (Binding binding : bindings) {
            if (binding.tier() == tier) {
                Map<String, List<PolicyValue>> grants = new HashMap<>();
                binding.grants().forEach((name, grant) -> {
                    switch (grant) {
                        case Binding.Grant.Given(var values) -> grants.put(name, values);
                        case Binding.Grant.FromClaim from -> {
                            if (claim != null) {
                                grants.put(name, List.of(new PolicyValue.Text(claim.apply(from.claim()))));
                            }
                        }
                    }
                });
                tier.databases().forEach(pattern -> databases.addAll(pattern.names(grants)));
            }
        }
        return databases;
    }

    /** Every group a binding names: of a caller's groups no others matter. The same object each time. */
    public Set<Guid> groups() {
        return groups;
    }

    /** Whether any binding asks for a time, a place or a context. */
    boolean asking() {
        return asking;
    }

    List<Tier> tiers() {
        return tiers;
    }

    List<Binding> bindings() {
        return bindings;
    }

    DenyList deny() {
        return deny;
    }

    /** The credentials tiers name: what gateway.yaml must have an entry for. */
    public Set<String> credentialNames() {
        Map<String, Boolean> names = new LinkedHashMap<>();
        tiers.forEach(tier -> names.put(tier.credential(), true));
        return Set.copyOf(names.keySet());
    }

    /** What the bindings give this principal, worked out once per principal and snapshot. */
    public Standing standing(Principal principal) {
        return new Standing(this, principal, held(principal, false), denied(principal));
    }

    private @Nullable DenyReason denied(Principal principal) {
        boolean acts = principal.attributes().agent() == Principal.Agent.FOR_USER;
        if (deny.principals().contains(new PrincipalKey(principal.tenant(), principal.oid()))
                || (acts && deny.principals().contains(agentOf(principal)))) {
            return DenyReason.DENIED_PRINCIPAL;
        }
        if (deny.apps().contains(principal.app())) {
            return DenyReason.DENIED_APP;
        }
        if (deny.tokens().contains(new TokenKey(principal.tenant(), principal.tokenId()))) {
            return DenyReason.DENIED_TOKEN;
        }
        return null;
    }

    /** Entra gives an agent identity one id, as an object and as an application. */
    private static PrincipalKey agentOf(Principal principal) {
        return new PrincipalKey(principal.tenant(), principal.app());
    }

    /**
     * The tiers whose bindings name a principal.
     *
     * @param withheld whether those count that do not admit it: an agent, a guest, a sign-in that did not meet the context asked for
     */
    List<Held> held(Principal principal, boolean withheld) {
        // Any client secret or stolen assertion makes an app-only token; only an assigned role shows that an
        // administrator
        // meant this API. So an app without one holds nothing, whatever binds it.
        if (principal.kind() == Principal.Kind.APP && principal.roles().isEmpty()) {
            return List.of();
        }
        boolean acts = principal.attributes().agent() == Principal.Agent.FOR_USER;
        BitSet candidates = new BitSet(bindings.size());
        mark(candidates, byPrincipal.get(new PrincipalKey(principal.tenant(), principal.oid())));
        mark(candidates, byApp.get(principal.app()));
        for (Guid group : principal.groups()) {
            mark(candidates, byGroup.get(group));
        }
        for (String role : principal.roles()) {
            mark(candidates, byRole.get(role));
        }
        if (acts) {
            mark(candidates, byPrincipal.get(agentOf(principal)));
        }
        Map<Integer, Given> given = new TreeMap<>();
        for (int i = candidates.nextSetBit(0); i >= 0; i = candidates.nextSetBit(i + 1)) {
            Binding binding = bindings.get(i);
            boolean own = binding.isOwn(principal);
            boolean agents = acts && binding.isOfAgent(principal);
            if ((!own && !agents) || !(withheld || binding.require().admits(principal.attributes()))) {
                continue;
            }
            Map<String, List<PolicyValue>> grants = binding.tuple(principal);
            if (grants != null) {
                Given tier = given.computeIfAbsent(binding.tier().rank(), rank -> new Given(binding.tier()));
                Tuple tuple = new Tuple(grants, binding.require(), binding.until());
                if (own) {
                    add(tier.own, tuple);
                }
                if (agents) {
                    add(tier.agents, tuple);
                }
            }
        }
        return given.values().stream().map(tier -> tier.held(acts)).toList();
    }

    /** The tuples of one tier while they are collected. */
    private static final class Given {
        private final Tier tier;
        private final Map<Tuple, Tuple> own = new LinkedHashMap<>();
        private final Map<Tuple, Tuple> agents = new LinkedHashMap<>();

        Given(Tier tier) {
            this.tier = tier;
        }

        Held held(boolean acts) {
            List<Tuple> mine = List.copyOf(own.values());
            return new Held(tier, acts ? List.of(mine, List.copyOf(agents.values())) : List.of(mine));
        }
    }

    /** Adds a tuple; of those that differ in their end only the last one counts. */
    private static void add(Map<Tuple, Tuple> tuples, Tuple tuple) {
        tuples.merge(
                new Tuple(tuple.grants(), tuple.require(), null),
                tuple,
                (a, b) -> a.until() == null || (b.until() != null && a.until().isAfter(b.until())) ? a : b);
    }

    private static void mark(BitSet set, int @Nullable [] bindings) {
        if (bindings != null) {
            for (int binding : bindings) {
                set.set(binding);
            }
        }
    }

    /**
     * Judges a request. Total: answers every input, never throws, waits or logs; the same input gives the same answer.
     *
     * @param standing the caller's standing in <em>this</em> snapshot; one of another is worked out anew
     */
    public Decision decide(Standing standing, AccessRequest request) {
        Standing own = standing.snapshot() == this ? standing : standing(standing.principal());
        Decision decision = judge(own, request);
        return decision instanceof Decision.Deny deny ? Withheld.tell(this, own, request, deny) : decision;
    }

    /** The verdict, but for a denial without what the caller's bindings lack. */
    Decision judge(Standing own, AccessRequest request) {
        DenyReason denied = own.denied();
        if (denied != null) {
            return new Decision.Deny(denied, null, null, null);
        }
        List<Access> accesses = request.accesses();
        for (int i = 0; i < accesses.size(); i++) {
            if (isDenied(accesses.get(i).resource())) {
                return new Decision.Deny(DenyReason.DENIED_PATH, accesses.get(i), null, null);
            }
        }
        Judge judge = new Judge(own, request);
        Tier first = judge.firstTier();
        if (first == null) {
            return new Decision.Deny(
                    request.namedTier() == null ? DenyReason.NO_TIER : DenyReason.TIER_NOT_HELD, null, null, null);
        }
        String credential = request.credential();
        if (accesses.isEmpty()) {
            if (credential == null) {
                return new Decision.Permit(first.credential(), List.of());
            }
            return judge.mayUse(credential)
                    ? new Decision.Permit(credential, List.of())
                    : new Decision.Deny(DenyReason.MIXED_CREDENTIALS, null, null, null);
        }
        Decision.Grant[] grants = new Decision.Grant[accesses.size()];
        for (int i = 0; i < accesses.size(); i++) {
            switch (judge.judge(accesses.get(i))) {
                case Judge.Judged.Refused refused -> {
                    return refused.deny();
                }
                case Judge.Judged.Granted granted -> {
                    Decision.Grant grant = granted.grant();
                    if (credential == null) {
                        credential = granted.credential();
                    } else if (!credential.equals(granted.credential())) {
                        return new Decision.Deny(
                                DenyReason.MIXED_CREDENTIALS, grant.access(), grant.tier(), grant.rule());
                    }
                    grants[i] = grant;
                }
            }
        }
        Decision.Permit permit =
                new Decision.Permit(credential == null ? first.credential() : credential, List.of(grants));
        Set<ResourcePath> unread = judge.unread();
        return unread.isEmpty() ? permit : new Decision.Needs(permit, unread);
    }

    private boolean isDenied(Resource resource) {
        PathIndex paths = deny.paths();
        return switch (resource) {
            case Resource.Document document ->
                paths.find(Route.of(document.path().segments()), Operation.GET) != null;
            case Resource.Collection collection -> paths.touches(Reach.of(collection), Operation.GET);
            case Resource.Group group -> paths.touches(Reach.of(group), Operation.GET);
            // Ids below which something is denied are left out, see opens.
            case Resource.CollectionIds ids -> paths.find(Route.of(ids.parent().segments()), Operation.GET) != null;
        };
    }

    /**
     * Whether a tier lets everything in a collection and below it be read, so that even the existence of a document there is no
     * secret: one rule without conditions decides both {@code get} and {@code list} of every document that could ever stand
     * there, whatever its depth, and no denied path is among them.
     *
     * @param tier name of the tier that serves the access
     * @param parent the document or root that holds the collection
     * @param collectionId the collection; empty means every one below {@code parent}
     * @param history whether the past is read, which the rule must then grant
     */
    public boolean opens(String tier, ResourcePath parent, String collectionId, boolean history) {
        Reach reach = collectionId.isEmpty() ? Reach.below(parent) : Reach.inside(parent, collectionId);
        for (Tier candidate : tiers) {
            if (candidate.name().equals(tier)) {
                Rule get = candidate.index().only(reach, Operation.GET);
                return get != null
                        && get.equals(candidate.index().only(reach, Operation.LIST))
                        && !get.terms().limitsReads()
                        && (get.history() || !history)
                        && !deny.paths().meets(reach, Operation.GET);
            }
        }
        return false;
    }

    /** Says, tier by tier and rule by rule, why {@link #decide} answers as it does. For people; not for the request path. */
    public Explanation explain(Standing standing, AccessRequest request) {
        Standing own = standing.snapshot() == this ? standing : standing(standing.principal());
        return Explanation.of(decide(own, request), own, request, this);
    }
}
