package io.firegate.policy;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.condition.ConditionReader;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.LookupPath;
import io.firegate.policy.condition.Mistake;
import io.firegate.policy.condition.Reading;
import io.firegate.policy.condition.Reading.Mention;
import io.firegate.policy.yaml.Nearest;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code where} of a rule and checks it against what else the rule says. */
final class WhereReader {
    private WhereReader() {}

    /**
     * Reads the key; null when it is absent or after a problem.
     *
     * @param pattern the rule's path; null when it could not be read
     * @param operations what the rule allows
     * @param mask the rule's fields
     * @param claims the claims a policy may use; null when that is not known
     * @param grants gets the grants it names
     */
    static Terms.@Nullable Where read(
            YamlMapping rule,
            @Nullable PathPattern pattern,
            int operations,
            FieldMask mask,
            @Nullable Set<String> claims,
            List<RuleReader.GrantUse> grants) {
        YamlMapping.Entry entry = rule.entry("where");
        if (entry == null) {
            return null;
        }
        if ((operations & Rule.bit(Operation.COLLECTIONS)) != 0) {
            entry.key()
                    .problem(
                            "`where` beside `collections`: ids of collections have no fields",
                            "allow collections in a rule of its own");
        }
        YamlNode node = entry.value();
        String text = node.asString();
        if (text == null || !(node instanceof YamlScalar scalar)) {
            return null;
        }
        switch (ConditionReader.read(text, pattern == null ? null : names(pattern))) {
            case Reading.Mistaken mistaken -> {
                tell(scalar, mistaken.mistakes());
                return null;
            }
            case Reading.Read read -> {
                checkNames(read.mentions(), scalar, pattern, claims);
                warnOfHidden(read.mentions(), scalar, mask, "which documents a caller sees");
                if (pattern != null) {
                    tell(scalar, QueryLanguage.mistakes(read, pattern, operations));
                }
                List<String> variables = new ArrayList<>();
                boolean looksUp = false;
                for (Mention mention : read.mentions()) {
                    if (mention instanceof Mention.OfVariable(var name, int at) && !variables.contains(name)) {
                        variables.add(name);
                    } else if (mention instanceof Mention.OfGrant(var name, int at, boolean inPath)) {
                        grants.add(new RuleReader.GrantUse(name, scalar, at, inPath));
                    }
                    looksUp |= mention instanceof Mention.OfLookup;
                }
                return new Terms.Where(read.condition(), variables, !grants.isEmpty(), looksUp);
            }
        }
    }

    static void tell(YamlScalar scalar, List<Mistake> mistakes) {
        for (Mistake mistake : mistakes) {
            scalar.problemAt(mistake.at(), mistake.message(), mistake.fix());
        }
    }

    /** The variables of a path, with the one that stands for any number of ids. */
    static Set<String> names(PathPattern pattern) {
        Set<String> names = new LinkedHashSet<>(pattern.variables());
        String rest = pattern.rest();
        if (rest != null) {
            names.add(rest);
        }
        return names;
    }

    static void checkNames(
            List<Mention> mentions, YamlScalar scalar, @Nullable PathPattern pattern, @Nullable Set<String> claims) {
        for (Mention mention : mentions) {
            if (mention instanceof Mention.OfVariable(var name, int at)
                    && pattern != null
                    && name.equals(pattern.rest())) {
                scalar.problemAt(
                        at,
                        "`" + name + "` stands for any number of ids",
                        "give the id a variable of its own in the path: {id}");
            } else if (mention instanceof Mention.OfClaim(var name, int at)
                    && claims != null
                    && !claims.contains(name)) {
                unlisted(scalar, at, name, claims);
            } else if (mention instanceof Mention.OfLookup(var path, int at)) {
                checkPath(path, scalar, at);
            }
        }
    }

    private static void checkPath(LookupPath path, YamlScalar scalar, int at) {
        if (path.pieces().size() > 2 * ResourcePath.LEVELS_MAX) {
            scalar.problemAt(
                    at,
                    "the path is deeper than " + ResourcePath.LEVELS_MAX + " levels; Firestore has no such documents",
                    null);
        }
        for (LookupPath.Piece piece : path.pieces()) {
            if (piece instanceof LookupPath.Piece.Id(var id) && !ResourcePath.isLegalId(id)) {
                scalar.problemAt(at, "Firestore cannot store the id `" + id + "`", null);
            }
        }
    }

    private static void unlisted(YamlScalar scalar, int at, String name, Set<String> claims) {
        Optional<String> near = Nearest.to(name, claims);
        scalar.problemAt(
                at,
                "no tenant of gateway.yaml lets a policy use the claim `" + name + "`"
                        + near.map(other -> "; did you mean `" + other + "`?").orElse(""),
                near.isPresent() ? null : "add it to `claims` of the tenant");
    }

    /** Warns of conditions on what the caller does not see, for that tells something of it. */
    static void warnOfHidden(List<Mention> mentions, YamlScalar scalar, FieldMask mask, String what) {
        for (Mention mention : mentions) {
            if (mention instanceof Mention.OfField(var field, int at) && isHidden(field, mask)) {
                scalar.warningAt(
                        at,
                        "the field `" + field + "` is hidden, but " + what + " tells about it",
                        "compare a field the caller may see, if that matters");
            }
        }
    }

    private static boolean isHidden(FieldPath field, FieldMask mask) {
        return switch (mask) {
            case FieldMask.AllFields all -> false;
            case FieldMask.Hidden hidden -> hidden.paths().stream().anyMatch(path -> path.meets(field));
            case FieldMask.Shown shown -> shown.paths().stream().noneMatch(path -> path.holds(field));
        };
    }
}
