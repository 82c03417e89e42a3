package io.firegate.policy;

import io.firegate.policy.Binding.PrincipalKey;
import io.firegate.policy.PolicySnapshot.DenyList;
import io.firegate.policy.PolicySnapshot.TokenKey;
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
import java.time.Instant;
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

    private static final int NAME_LENGTH_MAX = 64;

    private static final Map<String, List<Operation>> WORDS = words();

    private final @Nullable Set<String> credentials;
    private final Problems problems = new Problems();
    private final Map<String, DraftTier> tiers = new LinkedHashMap<>();
    private final List<DraftBinding> bindings = new ArrayList<>();
    private final Set<PrincipalKey> deniedPrincipals = new HashSet<>();
    private final Set<Guid> deniedApps = new HashSet<>();
    private final Set<TokenKey> deniedTokens = new HashSet<>();
    private final PathIndex deniedPaths = new PathIndex();
    private int ruleCount;
    private boolean anyTier;

    /** A tier as written, before its rank is known. */
    private static final class DraftTier {
        final YamlScalar name;
        final List<DatabaseName> databases = new ArrayList<>();
        final List<Rule> rules = new ArrayList<>();
        final Map<Rule, YamlNode> paths = new HashMap<>();
        final PathIndex index = new PathIndex();

        @Nullable
        String credential;

        boolean bound;

        DraftTier(YamlScalar name) {
            this.name = name;
        }
    }

    /** A binding as written, before the tier it names is known. */
    private record DraftBinding(
            YamlScalar tier,
            Set<Guid> groups,
            Set<String> roles,
            Set<Guid> apps,
            Set<PrincipalKey> principals,
            @Nullable Instant until) {}

    private PolicyCompiler(@Nullable Set<String> credentials) {
        this.credentials = credentials;
    }

    /**
     * Compiles a policy.
     *
     * @param files the policy directory's files in any order; those that are not policy ({@link PolicyFile#isPolicy}) are left out
     *     here. A tier's rank is its place when the files are read in the order of their paths
     * @param credentials the credentials gateway.yaml has; null when it is not known, then their names are not checked
     */
    public static Compilation compile(List<PolicyFile> files, @Nullable Set<String> credentials) {
        List<PolicyFile> sorted = new ArrayList<>(files);
        sorted.removeIf(file -> !PolicyFile.isPolicy(file.path()));
        sorted.sort(Comparator.comparing(PolicyFile::path));
        return new PolicyCompiler(credentials).compile(sorted);
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
        for (DraftBinding draft : bindings) {
            resolve(draft, byName).ifPresent(resolved::add);
        }
        for (DraftTier draft : tiers.values()) {
            if (!draft.bound) {
                draft.name.warning("no binding gives anyone the tier `" + draft.name.text() + "`", null);
            }
        }
        if (problems.hasErrors()) {
            return new Compilation.Rejected(problems.errors(), problems.errorCount());
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
                if (binding != null) {
                    readBinding(binding);
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
        checkName(entry.key(), "tier");
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
            requireSome(databases, "databases", "a tier without a database serves nobody");
            for (YamlScalar database : databases.strings()) {
                readDatabase(database, draft);
            }
        }
        YamlNode credential = mapping.required("credential");
        String credentialName = credential == null ? null : credential.asString();
        if (credential != null && credentialName != null) {
            draft.credential = credentialName;
            if (credentials != null && !credentials.contains(credentialName)) {
                unknown(
                        credential,
                        "gateway.yaml has no credential `" + credentialName + "`",
                        credentialName,
                        credentials);
            }
        }
        YamlSequence rules = mapping.requiredSequence("rules");
        if (rules != null) {
            requireSome(rules, "rules", "a tier without a rule permits nothing");
            Map<String, Position> ids = new HashMap<>();
            for (YamlNode node : rules) {
                YamlMapping rule = node.asMapping();
                if (rule != null) {
                    readRule(rule, draft, ids);
                }
            }
        }
        mapping.noOtherKeys();
    }

    private static void unknown(YamlNode node, String message, String word, Set<String> known) {
        Nearest.to(word, known)
                .ifPresentOrElse(
                        near -> node.problem(message + "; did you mean `" + near + "`?"),
                        () -> node.problem(
                                message,
                                known.isEmpty()
                                        ? "there are none"
                                        : "known: "
                                                + String.join(
                                                        ", ",
                                                        known.stream()
                                                                .sorted()
                                                                .limit(10)
                                                                .toList())));
    }

    private static void requireSome(YamlSequence sequence, String key, String why) {
        if (sequence.size() == 0) {
            sequence.problem("`" + key + "` is empty: " + why);
        }
    }

    /** Names go into headers, records and metrics, so they are plain. */
    private static boolean checkName(YamlScalar node, String what) {
        String name = node.asString();
        if (name == null) {
            return false;
        }
        boolean ok = !name.isEmpty() && name.length() <= NAME_LENGTH_MAX;
        for (int i = 0; i < name.length() && ok; i++) {
            char c = name.charAt(i);
            ok = isAlphanumeric(c) || (i > 0 && (c == '-' || c == '_' || c == '.'));
        }
        if (!ok) {
            node.problem(
                    "`" + name + "` cannot name a " + what,
                    "1 to " + NAME_LENGTH_MAX + " letters, digits, `-`, `_` and `.`, a letter or digit first");
        }
        return ok;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static void readDatabase(YamlScalar node, DraftTier draft) {
        String text = node.text();
        if (text.indexOf('{') >= 0) {
            node.problem(
                    "a variable in `databases` is not enforced by this version",
                    "write each database: my-project/(default)");
            return;
        }
        int slash = text.indexOf('/');
        boolean ok = slash > 0 && slash == text.lastIndexOf('/');
        if (ok) {
            String project = text.substring(0, slash);
            String database = text.substring(slash + 1);
            // Project ids of a domain look like example.com:project.
            ok = consistsOf(project, ".:-_") && (database.equals("(default)") || consistsOf(database, "-_"));
            if (ok && draft.databases.contains(new DatabaseName(project, database))) {
                node.problem("the database `" + text + "` stands twice");
            } else if (ok) {
                draft.databases.add(new DatabaseName(project, database));
            }
        }
        if (!ok) {
            node.problem("`" + text + "` is not a database", "write project/database, such as my-project/(default)");
        }
    }

    private static boolean consistsOf(String text, String punctuation) {
        for (int i = 0; i < text.length(); i++) {
            if (!isAlphanumeric(text.charAt(i)) && punctuation.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    // Rules

    private static Map<String, List<Operation>> words() {
        Map<String, List<Operation>> words = new LinkedHashMap<>();
        for (Operation operation : Operation.values()) {
            if (operation != Operation.UPSERT) {
                words.put(Rule.word(operation), List.of(operation));
            }
        }
        words.put("read", List.of(Operation.GET, Operation.LIST));
        words.put("write", List.of(Operation.CREATE, Operation.UPDATE, Operation.DELETE));
        return words;
    }

    private void readRule(YamlMapping mapping, DraftTier tier, Map<String, Position> ids) {
        YamlNode idNode = mapping.required("id");
        String id = null;
        if (idNode instanceof YamlScalar scalar) {
            if (checkName(scalar, "rule")) {
                id = scalar.text();
                Position first = ids.putIfAbsent(id, scalar.position());
                if (first != null) {
                    scalar.problem("the rule id `" + id + "` stands already at " + first);
                }
            }
        } else if (idNode != null) {
            idNode.asString();
        }
        YamlNode pathNode = mapping.required("path");
        PathPattern pattern = pathNode == null ? null : PathPattern.read(pathNode);
        YamlSequence allow = mapping.requiredSequence("allow");
        int operations = allow == null ? 0 : readAllow(allow, pattern);
        boolean history = mapping.optionalBoolean("history", false);
        refuse(mapping, "where", "a row condition");
        refuse(mapping, "check", "a condition on writes");
        refuse(mapping, "fields", "a field mask");
        mapping.noOtherKeys();
        if (++ruleCount == RULES_MAX + 1) {
            mapping.problem("more than " + RULES_MAX + " rules and denied paths");
        }
        if (id == null || pathNode == null || pattern == null || operations == 0 || ruleCount > RULES_MAX) {
            return;
        }
        Rule rule = new Rule(id, pattern, operations, history, Obligations.NONE, mapping.position());
        tier.rules.add(rule);
        tier.paths.put(rule, pathNode);
        for (Operation operation : Operation.values()) {
            if (rule.allows(operation)) {
                tier.index.add(rule, operation);
            }
        }
    }

    private static void refuse(YamlMapping mapping, String key, String what) {
        YamlMapping.Entry entry = mapping.entry(key);
        if (entry != null) {
            entry.key()
                    .problem(
                            "`" + key + "` (" + what + ") is not enforced by this version",
                            "remove what needs it, not the key alone: without it more is allowed");
        }
    }

    private static int readAllow(YamlSequence allow, @Nullable PathPattern pattern) {
        requireSome(allow, "allow", "the rule permits nothing");
        Set<String> seen = new LinkedHashSet<>();
        int operations = 0;
        for (YamlScalar word : allow.strings()) {
            List<Operation> meant = WORDS.get(word.text());
            if (meant == null) {
                if (word.text().equals("upsert")) {
                    word.problem("unknown operation `upsert`", "write create and update");
                } else {
                    unknown(word, "unknown operation `" + word.text() + "`", word.text(), WORDS.keySet());
                }
                continue;
            }
            if (!seen.add(word.text())) {
                word.problem("`" + word.text() + "` stands twice");
            }
            if (pattern != null) {
                checkFits(word, meant, pattern);
            }
            for (Operation operation : meant) {
                operations |= Rule.bit(operation);
            }
        }
        return operations;
    }

    private static void checkFits(YamlScalar word, List<Operation> meant, PathPattern pattern) {
        String granted = "`" + word.text() + "`" + (meant.size() > 1 ? " (" + words(meant) + ")" : "");
        if (pattern.isRoot()) {
            if (!meant.contains(Operation.COLLECTIONS)) {
                word.problem(granted + " on `/`: the root is not a document", "only collections fits the root");
            }
            return;
        }
        if (meant.contains(Operation.LIST) && pattern.endsInLiteral()) {
            word.problem(
                    granted + " on one document: a query returns whole collections",
                    meant.size() > 1 ? "write get in place of read" : "write get");
        }
        if (meant.contains(Operation.GROUP)) {
            if (pattern.form() == PathPattern.Form.EXACT) {
                word.problem(
                        "`group` without {x=**}: a collection group has documents at any depth",
                        "begin or end the path with {x=**}, or write list");
            } else if (pattern.endsInLiteral()) {
                word.problem("`group` on one document id: a query returns whole collections", "end in {id}");
            }
        }
    }

    private static String words(List<Operation> operations) {
        return String.join(", ", operations.stream().map(Rule::word).toList());
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
                                + words(all.stream()
                                        .map(PathIndex.Tie::operation)
                                        .toList()) + ": both match "
                                + witness,
                        "make one path more specific, or allow each operation in one of them only");
            }
        });
    }

    // Bindings

    private void readBinding(YamlMapping mapping) {
        YamlNode tier = mapping.required("tier");
        String tierName = tier == null ? null : tier.asString();
        Set<Guid> groups = guids(mapping, "groups", "group names can be recreated by anyone; use the object id");
        Set<String> roles = new LinkedHashSet<>();
        for (YamlScalar role : subjects(mapping, "roles")) {
            if (role.text().isBlank()) {
                role.problem("an empty role");
            } else {
                roles.add(role.text());
            }
        }
        Set<Guid> apps = guids(mapping, "apps", "use the application (client) id");
        Set<PrincipalKey> principals = new LinkedHashSet<>();
        for (YamlScalar principal : subjects(mapping, "principals")) {
            principal(principal).ifPresent(principals::add);
        }
        YamlNode untilNode = mapping.optional("until");
        Instant until = untilNode == null ? null : untilNode.asInstant();
        refuse(mapping, "require", "a condition on the request");
        refuse(mapping, "grant", "values for conditions");
        boolean anySubject = false;
        for (String key : List.of("groups", "roles", "apps", "principals")) {
            anySubject |= mapping.entry(key) != null;
        }
        if (!anySubject) {
            mapping.problem("a binding without a subject", "add groups, roles, apps or principals");
        }
        mapping.noOtherKeys();
        if (tier instanceof YamlScalar scalar && tierName != null) {
            bindings.add(new DraftBinding(scalar, groups, roles, apps, principals, until));
        }
    }

    private static List<YamlScalar> subjects(YamlMapping mapping, String key) {
        YamlSequence sequence = mapping.optionalSequence(key);
        if (sequence == null) {
            return List.of();
        }
        requireSome(sequence, key, "the binding matches nobody");
        return sequence.strings();
    }

    private static Set<Guid> guids(YamlMapping mapping, String key, String fix) {
        Set<Guid> guids = new LinkedHashSet<>();
        for (YamlScalar node : subjects(mapping, key)) {
            Guid.parse(node.text())
                    .ifPresentOrElse(guids::add, () -> node.problem("`" + node.text() + "` is not a GUID", fix));
        }
        return guids;
    }

    private static Optional<PrincipalKey> principal(YamlScalar node) {
        String text = node.text();
        int slash = text.indexOf('/');
        if (slash >= 0) {
            Optional<Guid> tenant = Guid.parse(text.substring(0, slash));
            Optional<Guid> oid = Guid.parse(text.substring(slash + 1));
            if (tenant.isPresent() && oid.isPresent()) {
                return Optional.of(new PrincipalKey(tenant.get(), oid.get()));
            }
        }
        node.problem(
                "`" + text + "` is not a principal", "write tenant/oid: the tenant's id, a slash and the object id");
        return Optional.empty();
    }

    private Optional<Binding> resolve(DraftBinding draft, Map<String, Tier> byName) {
        String name = draft.tier.text();
        DraftTier named = tiers.get(name);
        if (named == null) {
            unknown(draft.tier, "there is no tier `" + name + "`", name, tiers.keySet());
            return Optional.empty();
        }
        named.bound = true;
        Tier tier = byName.get(name);
        return tier == null
                ? Optional.empty()
                : Optional.of(new Binding(
                        tier,
                        Set.copyOf(draft.groups),
                        Set.copyOf(draft.roles),
                        Set.copyOf(draft.apps),
                        Set.copyOf(draft.principals),
                        draft.until));
    }

    // Deny list

    private void readDeny(YamlMapping deny) {
        for (YamlScalar node : deny.optionalStrings("principals")) {
            principal(node).ifPresent(deniedPrincipals::add);
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
            Rule rule = new Rule("deny", pattern, Rule.bit(Operation.GET), false, Obligations.NONE, node.position());
            deniedPaths.add(rule, Operation.GET);
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
