package io.firegate.policy;

import io.firegate.policy.Binding.PrincipalKey;
import io.firegate.policy.PolicySnapshot.DenyList;
import io.firegate.policy.PolicySnapshot.TokenKey;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.yaml.Nearest;
import io.firegate.policy.yaml.Position;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import io.firegate.policy.yaml.YamlSequence;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns policy files into a snapshot, or into every problem they have.
 *
 * <p>What this version cannot enforce is refused by name and never skipped: a policy in force does all that it says.
 */
public final class PolicyCompiler {
    /** Rules and denied paths of one policy together: what the speed and memory of a snapshot are measured up to. */
    public static final int RULES_MAX = 200_000;

    private final @Nullable Set<String> credentials;
    private final RuleReader ruleReader;
    private final BindingReader bindingReader;
    private final Problems problems = new Problems();
    private final Map<String, DraftTier> tiers = new LinkedHashMap<>();
    private final List<BindingReader.Draft> bindings = new ArrayList<>();
    private final Set<PrincipalKey> deniedPrincipals = new HashSet<>();
    private final Set<Guid> deniedApps = new HashSet<>();
    private final Set<TokenKey> deniedTokens = new HashSet<>();
    private final PathIndex deniedPaths = new PathIndex();
    private int ruleCount;
    private boolean anyTier;

    /** A tier as written, before its rank is known. */
    private static final class DraftTier {
        final YamlScalar name;
        final List<DatabasePattern> databases = new ArrayList<>();
        final Map<String, YamlScalar> variables = new LinkedHashMap<>();
        final List<Rule> rules = new ArrayList<>();
        final Map<Rule, YamlNode> paths = new HashMap<>();
        final List<RuleReader.GrantUse> grants = new ArrayList<>();
        final PathIndex index = new PathIndex();

        @Nullable
        String credential;

        boolean bound;

        DraftTier(YamlScalar name) {
            this.name = name;
        }
    }

    private PolicyCompiler(@Nullable Set<String> credentials, @Nullable Set<String> claims) {
        this.credentials = credentials;
        this.ruleReader = new RuleReader(claims);
        this.bindingReader = new BindingReader(claims);
    }

    /**
     * Compiles a policy.
     *
     * @param files the policy directory's files in any order; those that are not policy ({@link PolicyFile#isPolicy}) are left out
     *     here. A tier's rank is its place when the files are read in the order of their paths
     * @param credentials the credentials gateway.yaml has; null when it is not known, then their names are not checked
     * @param claims the claims its tenants let a policy use; null when it is not known, then their names are not checked
     */
    public static Compilation compile(
            List<PolicyFile> files, @Nullable Set<String> credentials, @Nullable Set<String> claims) {
        List<PolicyFile> sorted = new ArrayList<>(files);
        sorted.removeIf(file -> !PolicyFile.isPolicy(file.path()));
        sorted.sort(Comparator.comparing(PolicyFile::path));
        return new PolicyCompiler(credentials, claims).compile(sorted);
    }

    /** Compiles a policy without knowing which claims it may use. */
    public static Compilation compile(List<PolicyFile> files, @Nullable Set<String> credentials) {
        return compile(files, credentials, null);
    }

    private Compilation compile(List<PolicyFile> files) {
        if (files.isEmpty()) {
            problems.add(
                    Problem.ofFile("policy", "there is no policy file", "add a .yaml file with tiers and bindings"));
        }
        for (PolicyFile file : files) {
            YamlFile.parse(file.path(), file.bytes(), problems).ifPresent(this::readFile);
        }
        if (!files.isEmpty() && !anyTier && !problems.hasErrors()) {
            problems.add(Problem.ofFile(
                    files.get(0).path(), "the policy has no tiers, so nobody could do anything", "add `tiers:`"));
        }
        List<Tier> ranked = new ArrayList<>();
        Map<String, Tier> byName = new HashMap<>();
        for (DraftTier draft : tiers.values()) {
            reportTies(draft);
            String name = draft.name.text();
            String credential = draft.credential;
            if (credential != null) {
                Tier tier = new Tier(
                        name,
                        ranked.size(),
                        draft.databases,
                        credential,
                        draft.rules,
                        draft.index,
                        draft.name.position());
                ranked.add(tier);
                byName.put(name, tier);
            }
        }
        List<Binding> resolved = new ArrayList<>();
        for (BindingReader.Draft draft : bindings) {
            resolve(draft, byName).ifPresent(resolved::add);
        }
        Map<String, List<BindingReader.Draft>> byTier = new HashMap<>();
        for (BindingReader.Draft draft : bindings) {
            byTier.computeIfAbsent(draft.tier().text(), name -> new ArrayList<>())
                    .add(draft);
        }
        for (DraftTier draft : tiers.values()) {
            if (draft.bound) {
                warnOfOverlaps(draft, byTier.getOrDefault(draft.name.text(), List.of()));
                checkGrants(draft, byTier.getOrDefault(draft.name.text(), List.of()));
            } else {
                draft.name.warning("no binding gives anyone the tier `" + draft.name.text() + "`", null);
            }
            warnOfUnreached(draft);
            warnOfSingled(draft);
        }
        if (problems.hasErrors()) {
            return new Compilation.Rejected(problems.errors(), problems.errorCount());
        }
        for (ShadowedTiers.Shadow shadow : ShadowedTiers.of(ranked, resolved)) {
            DraftTier draft = tiers.get(shadow.tier().name());
            if (draft != null) {
                draft.name.warning(
                        "serves nobody who does not name it: whoever holds it holds the earlier tier `"
                                + shadow.by().name() + "`, which has a rule for everything it grants",
                        "put it first, or remove it");
            }
        }
        DenyList deny = new DenyList(
                Set.copyOf(deniedPrincipals), Set.copyOf(deniedApps), Set.copyOf(deniedTokens), deniedPaths);
        return new Compilation.Compiled(new PolicySnapshot(digest(files), ranked, resolved, deny), problems.warnings());
    }

    private void readFile(YamlMapping root) {
        YamlNode version = root.required("version");
        if (version != null) {
            version.asInteger(1, 1);
        }
        YamlMapping tierNames = root.optionalMapping("tiers");
        if (tierNames != null) {
            for (YamlMapping.Entry entry : tierNames.entries()) {
                readTier(entry);
            }
        }
        YamlSequence bindingList = root.optionalSequence("bindings");
        if (bindingList != null) {
            for (YamlNode node : bindingList) {
                YamlMapping binding = node.asMapping();
                BindingReader.Draft draft = binding == null ? null : bindingReader.read(binding);
                if (draft != null) {
                    bindings.add(draft);
                }
            }
        }
        YamlMapping deny = root.optionalMapping("deny");
        if (deny != null) {
            readDeny(deny);
        }
        root.noOtherKeys();
    }

    // Tiers

    private void readTier(YamlMapping.Entry entry) {
        anyTier = true;
        Checks.checkName(entry.key(), "tier");
        YamlMapping mapping = entry.value().asMapping();
        if (mapping == null) {
            return;
        }
        DraftTier draft = new DraftTier(entry.key());
        DraftTier first = tiers.putIfAbsent(entry.name(), draft);
        if (first != null) {
            entry.key().problem("the tier `" + entry.name() + "` stands already at " + first.name.position());
        }
        mapping.optionalString("description");
        YamlSequence databases = mapping.requiredSequence("databases");
        if (databases != null) {
            Checks.requireSome(databases, "databases", "a tier without a database serves nobody");
            for (YamlScalar database : databases.strings()) {
                readDatabase(database, draft);
            }
        }
        YamlNode credential = mapping.required("credential");
        String credentialName = credential == null ? null : credential.asString();
        if (credential != null && credentialName != null) {
            draft.credential = credentialName;
            if (credentials != null && !credentials.contains(credentialName)) {
                Checks.unknown(
                        credential,
                        "gateway.yaml has no credential `" + credentialName + "`",
                        credentialName,
                        credentials);
            }
        }
        YamlSequence rules = mapping.requiredSequence("rules");
        if (rules != null) {
            Checks.requireSome(rules, "rules", "a tier without a rule permits nothing");
            Map<String, Position> ids = new HashMap<>();
            for (YamlNode node : rules) {
                YamlMapping rule = node.asMapping();
                if (rule != null) {
                    addRule(rule, draft, ids);
                }
            }
        }
        mapping.noOtherKeys();
    }

    private static void readDatabase(YamlScalar node, DraftTier draft) {
        String text = node.text();
        int slash = text.indexOf('/');
        // Project ids of a domain look like example.com:project.
        DatabasePattern.Part project = slash <= 0 ? null : part(text.substring(0, slash), ".:-_");
        String second = text.substring(slash + 1);
        DatabasePattern.Part database =
                second.equals("(default)") ? new DatabasePattern.Part(second, null, "") : part(second, "-_");
        if (project == null || database == null) {
            node.problem(
                    "`" + text + "` is not a database",
                    "write project/database, such as my-project/(default); a part may hold one {variable}");
            return;
        }
        DatabasePattern pattern = new DatabasePattern(project, database);
        if (draft.databases.contains(pattern)) {
            node.problem("the database `" + text + "` stands twice");
        } else {
            draft.databases.add(pattern);
            pattern.variables().forEach(name -> draft.variables.putIfAbsent(name, node));
        }
    }

    /** One part of a database's name; null when it is none. */
    private static DatabasePattern.@Nullable Part part(String text, String punctuation) {
        int open = text.indexOf('{');
        if (open < 0) {
            return consistsOf(text, punctuation) ? new DatabasePattern.Part(text, null, "") : null;
        }
        int close = text.indexOf('}');
        String before = text.substring(0, open);
        String after = close < open ? "" : text.substring(close + 1);
        String name = close < open ? "" : text.substring(open + 1, close);
        return BindingReader.isName(name)
                        && (before.isEmpty() || consistsOf(before, punctuation))
                        && (after.isEmpty() || consistsOf(after, punctuation))
                ? new DatabasePattern.Part(before, name, after)
                : null;
    }

    private static boolean consistsOf(String text, String punctuation) {
        for (int i = 0; i < text.length(); i++) {
            if (!Checks.isAlphanumeric(text.charAt(i)) && punctuation.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    // Rules

    private void addRule(YamlMapping mapping, DraftTier tier, Map<String, Position> ids) {
        RuleReader.Draft draft = ruleReader.read(mapping, ids);
        if (++ruleCount == RULES_MAX + 1) {
            mapping.problem("more than " + RULES_MAX + " rules and denied paths");
        }
        if (draft == null || ruleCount > RULES_MAX) {
            return;
        }
        Rule rule = draft.rule();
        tier.rules.add(rule);
        tier.paths.put(rule, draft.path());
        tier.grants.addAll(draft.grants());
        tier.index.add(rule);
    }

    private void reportTies(DraftTier tier) {
        record Pair(Rule first, Rule second) {}
        Map<Pair, List<PathIndex.Tie>> ties = new LinkedHashMap<>();
        for (PathIndex.Tie tie : tier.index.ties()) {
            ties.computeIfAbsent(new Pair(tie.first(), tie.second()), key -> new ArrayList<>())
                    .add(tie);
        }
        ties.forEach((pair, all) -> {
            String witness = pair.second.pattern().readable(all.get(0).witness(), tier.index.literals());
            YamlNode place = tier.paths.get(pair.second);
            if (place != null) {
                place.problem(
                        "the rules `" + pair.first.id() + "` (" + pair.first.position() + ") and `" + pair.second.id()
                                + "` are equally specific for "
                                + RuleReader.words(all.stream()
                                        .map(PathIndex.Tie::operation)
                                        .toList()) + ": both match "
                                + witness,
                        "make one path more specific, or allow each operation in one of them only");
            }
        });
    }

    // Bindings

    private Optional<Binding> resolve(BindingReader.Draft draft, Map<String, Tier> byName) {
        String name = draft.tier().text();
        DraftTier named = tiers.get(name);
        if (named == null) {
            Checks.unknown(draft.tier(), "there is no tier `" + name + "`", name, tiers.keySet());
            return Optional.empty();
        }
        named.bound = true;
        Tier tier = byName.get(name);
        return tier == null ? Optional.empty() : Optional.of(draft.binding(tier));
    }

    /** A grant no binding of the tier gives is a mistake; one that only some give, or no condition uses, is worth a look. */
    private static void checkGrants(DraftTier tier, List<BindingReader.Draft> own) {
        String name = tier.name.text();
        Set<String> given = new LinkedHashSet<>();
        own.forEach(binding -> given.addAll(binding.grants().keySet()));
        Set<String> used = new LinkedHashSet<>(tier.variables.keySet());
        tier.variables.forEach((variable, node) -> fillsDatabases(variable, node, own));
        for (RuleReader.GrantUse use : tier.grants) {
            used.add(use.name());
            if (!given.contains(use.name())) {
                Optional<String> near = Nearest.to(use.name(), given);
                use.where()
                        .problemAt(
                                use.at(),
                                "no binding of the tier `" + name + "` gives `grant." + use.name() + "`"
                                        + near.map(other -> "; did you mean `" + other + "`?")
                                                .orElse(""),
                                near.isPresent()
                                        ? null
                                        : "add it to its bindings, for example grant: { " + use.name() + ": A }");
            }
        }
        for (BindingReader.Draft binding : own) {
            checkPaths(tier, binding);
            for (String lacking : used) {
                if (given.contains(lacking)
                        && !binding.grants().containsKey(lacking)
                        && !tier.variables.containsKey(lacking)) {
                    binding.place()
                            .warning(
                                    "this binding gives no `grant." + lacking + "`, which conditions of the tier `"
                                            + name + "` use: a comparison with it is never true",
                                    "add " + lacking + " to its `grant`, if that is not meant");
                }
            }
            for (String idle : binding.grants().keySet()) {
                if (!used.contains(idle)) {
                    binding.place()
                            .warning("no condition of the tier `" + name + "` uses `grant." + idle + "`", "remove it");
                }
            }
        }
    }

    /** An id in the path of a lookup is one string. */
    private static void checkPaths(DraftTier tier, BindingReader.Draft binding) {
        for (RuleReader.GrantUse use : tier.grants) {
            if (use.inPath()
                    && binding.grants().get(use.name()) instanceof Binding.Grant.Given(var values)
                    && !(values.size() == 1 && values.get(0) instanceof PolicyValue.Text)) {
                binding.place()
                        .problem(
                                "`grant." + use.name() + "` is an id in the path of a lookup, at "
                                        + use.where().position() + ": it is one string, not "
                                        + (values.size() == 1 ? "another value" : values.size() + " values"),
                                "give one string; several bindings may each give their own");
            }
        }
    }

    /** Who can choose a claim chooses what stands for the variable: another tier's database should be of another form. */
    private void warnOfOverlaps(DraftTier tier, List<BindingReader.Draft> own) {
        for (DatabasePattern pattern : tier.databases) {
            Optional<String> claimed = pattern.variables().stream()
                    .filter(name -> own.stream()
                            .anyMatch(binding -> binding.grants().get(name) instanceof Binding.Grant.FromClaim))
                    .findFirst();
            YamlScalar node = claimed.isEmpty() ? null : tier.variables.get(claimed.get());
            if (node == null) {
                continue;
            }
            for (DraftTier other : tiers.values()) {
                for (DatabasePattern database : other.databases) {
                    if (pattern.overlaps(database)) {
                        node.warning(
                                "a claim fills in `" + pattern + "`, and what it says may make it `" + database
                                        + "` of the tier `" + other.name.text() + "`",
                                "give these databases names no tenant can have, such as another prefix");
                    }
                }
            }
        }
    }

    /** A binding that does not say which database reaches none, and a value that no database has is a slip. */
    private static void fillsDatabases(String variable, YamlScalar node, List<BindingReader.Draft> bindings) {
        for (BindingReader.Draft binding : bindings) {
            Binding.Grant grant = binding.grants().get(variable);
            if (grant == null) {
                binding.place()
                        .problem(
                                "this binding gives no `grant." + variable + "`, which fills in the database `"
                                        + node.text() + "`",
                                "add it: grant: { " + variable + ": name }, or { " + variable + ": claim.NAME }");
            } else if (grant instanceof Binding.Grant.Given(var values)) {
                for (PolicyValue value : values) {
                    if (!(value instanceof PolicyValue.Text(var text) && DatabasePattern.isValue(text))) {
                        binding.place()
                                .problem(
                                        "`grant." + variable + "` fills in the database `" + node.text() + "`, and "
                                                + value.describe() + " can be no part of its name",
                                        "lower-case letters, digits and hyphens");
                    }
                }
            }
        }
    }

    /** Only rules with {@code {x=**}} can lose every document they match to others. */
    private static void warnOfUnreached(DraftTier tier) {
        for (Rule rule : tier.rules) {
            YamlNode place = tier.paths.get(rule);
            if (place == null || rule.pattern().form() == PathPattern.Form.EXACT) {
                continue;
            }
            List<Operation> lost = new ArrayList<>();
            for (Operation operation : Operation.values()) {
                if (rule.allows(operation)
                        && tier.index.firstWitness(rule, rule, Reach.EVERYTHING, operation) == null) {
                    lost.add(operation);
                }
            }
            if (!lost.isEmpty()) {
                place.warning(
                        "decides no " + RuleReader.words(lost) + ": more specific rules take every document it matches",
                        "remove what is never reached");
            }
        }
    }

    /** A rule that limits one document's {@code get} makes the collection's {@code list} refuse. */
    private static void warnOfSingled(DraftTier tier) {
        for (Rule rule : tier.rules) {
            YamlNode place = tier.paths.get(rule);
            if (place == null
                    || !rule.terms().limited()
                    || !rule.allows(Operation.GET)
                    || !rule.pattern().namesDocument()) {
                continue;
            }
            List<String> path = rule.pattern().fresh();
            path.set(path.size() - 1, PathPattern.FRESH);
            Rule listing = tier.index.find(Route.of(path), Operation.LIST);
            if (listing != null && !listing.onSameTerms(rule)) {
                place.warning(
                        "limits `get` of a document that `" + listing.id()
                                + "` lists on other terms, so queries of this"
                                + " collection are refused (NOT_COVERED)",
                        "give both rules the same `where` and `fields`");
            }
        }
    }

    // Deny list

    private void readDeny(YamlMapping deny) {
        for (YamlScalar node : deny.optionalStrings("principals")) {
            BindingReader.principal(node).ifPresent(deniedPrincipals::add);
        }
        for (YamlScalar node : deny.optionalStrings("apps")) {
            Guid.parse(node.text())
                    .ifPresentOrElse(
                            deniedApps::add,
                            () -> node.problem(
                                    "`" + node.text() + "` is not a GUID", "use the application (client) id"));
        }
        for (YamlScalar node : deny.optionalStrings("tokens")) {
            token(node).ifPresent(deniedTokens::add);
        }
        for (YamlScalar node : deny.optionalStrings("paths")) {
            PathPattern pattern = PathPattern.read(node);
            if (++ruleCount == RULES_MAX + 1) {
                node.problem("more than " + RULES_MAX + " rules and denied paths");
            }
            if (pattern == null || ruleCount > RULES_MAX) {
                continue;
            }
            if (pattern.isRoot()) {
                node.problem("`/` is not a document", "write /{x=**} to deny every document");
                continue;
            }
            Rule rule = new Rule("deny", pattern, Rule.bit(Operation.GET), false, Terms.NONE, node.position());
            deniedPaths.add(rule);
        }
        deny.noOtherKeys();
    }

    private static Optional<TokenKey> token(YamlScalar node) {
        String text = node.text();
        int slash = text.indexOf('/');
        Optional<Guid> tenant = slash < 0 ? Optional.empty() : Guid.parse(text.substring(0, slash));
        if (tenant.isPresent() && slash + 1 < text.length()) {
            return Optional.of(new TokenKey(tenant.get(), text.substring(slash + 1)));
        }
        node.problem("`" + text + "` is not a token", "write tenant/uti: the tenant's id, a slash and the token's uti");
        return Optional.empty();
    }

    /** Names and bytes with their lengths, so that no two sets of files give the same input. */
    private static String digest(List<PolicyFile> files) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (PolicyFile file : files) {
                add(sha256, file.path().getBytes(StandardCharsets.UTF_8));
                add(sha256, file.bytes());
            }
            return HexFormat.of().formatHex(sha256.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static void add(MessageDigest digest, byte[] bytes) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
    }
}
