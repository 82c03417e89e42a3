package io.firegate.policy;

import io.firegate.policy.check.Check;
import io.firegate.policy.yaml.Position;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import io.firegate.policy.yaml.YamlSequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one rule of a tier. */
final class RuleReader {
    private static final Map<String, List<Operation>> WORDS = words();

    /**
     * A rule and what can be checked when the rest of the policy is known.
     *
     * @param rule the rule
     * @param path where its path stands
     * @param grants the grants its condition names
     */
    record Draft(Rule rule, YamlNode path, List<GrantUse> grants) {
        Draft {
            grants = List.copyOf(grants);
        }
    }

    /**
     * A grant a condition names.
     *
     * @param name the grant
     * @param where the condition
     * @param at the character of the condition it stands at
     * @param inPath whether it is an id in the path of a lookup
     */
    record GrantUse(String name, YamlScalar where, int at, boolean inPath) {}

    private final @Nullable Set<String> claims;
    private final CheckReader checkReader = new CheckReader();

    /** Rules often say the same; then they share it, and comparing them is cheap. */
    private final Map<Terms, Terms> shared = new HashMap<>();

    /** Reads rules of a gateway whose tenants let a policy use these claims; null when that is not known. */
    RuleReader(@Nullable Set<String> claims) {
        this.claims = claims;
    }

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

    /** The words of {@code allow}. */
    static List<String> allowWords() {
        return List.copyOf(WORDS.keySet());
    }

    static String words(List<Operation> operations) {
        return String.join(", ", operations.stream().map(Rule::word).toList());
    }

    /**
     * Reads a rule; null after a problem that leaves nothing to work with.
     *
     * @param ids the tier's rule ids so far; the rule's own is added
     */
    @Nullable
    Draft read(YamlMapping mapping, Map<String, Position> ids) {
        YamlNode idNode = mapping.required("id");
        String id = null;
        if (idNode instanceof YamlScalar scalar) {
            if (Checks.checkName(scalar, "rule")) {
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
        FieldsReader.Fields fields = FieldsReader.read(mapping, operations);
        List<GrantUse> grants = new ArrayList<>();
        Terms.Where where = WhereReader.read(mapping, pattern, operations, fields.mask(), claims, grants);
        Check check = checkReader.read(mapping, pattern, operations, fields.mask(), claims, grants);
        mapping.noOtherKeys();
        if (id == null || pathNode == null || pattern == null || operations == 0) {
            return null;
        }
        Terms terms = new Terms(where, fields.mask(), fields.guard(), check);
        Rule rule = new Rule(
                id, pattern, operations, history, shared.computeIfAbsent(terms, first -> first), mapping.position());
        return new Draft(rule, pathNode, grants);
    }

    private static int readAllow(YamlSequence allow, @Nullable PathPattern pattern) {
        Checks.requireSome(allow, "allow", "the rule permits nothing");
        Set<String> seen = new LinkedHashSet<>();
        int operations = 0;
        for (YamlScalar word : allow.strings()) {
            List<Operation> meant = WORDS.get(word.text());
            if (meant == null) {
                if (word.text().equals("upsert")) {
                    word.problem("unknown operation `upsert`", "write create and update");
                } else {
                    Checks.unknown(word, "unknown operation `" + word.text() + "`", word.text(), WORDS.keySet());
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
}
