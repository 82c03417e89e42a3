package io.firegate.policy;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.check.Check;
import io.firegate.policy.check.CheckCompilation;
import io.firegate.policy.check.CheckCompiler;
import io.firegate.policy.check.CheckScope;
import io.firegate.policy.condition.Mistake;
import io.firegate.policy.condition.Reading.Mention;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code check} of a rule and checks it against what else the rule says. For one policy. */
final class CheckReader {
    private static final int WRITES =
            Rule.bit(Operation.CREATE) | Rule.bit(Operation.UPDATE) | Rule.bit(Operation.DELETE);

    private final CheckCompiler compiler = new CheckCompiler();

    /**
     * Reads the key; null when it is absent or after a problem.
     *
     * @param pattern the rule's path; null when it could not be read
     * @param operations what the rule allows
     * @param mask the rule's fields
     * @param claims the claims a policy may use; null when that is not known
     * @param grants gets the grants it names
     */
    @Nullable
    Check read(
            YamlMapping rule,
            @Nullable PathPattern pattern,
            int operations,
            FieldMask mask,
            @Nullable Set<String> claims,
            List<RuleReader.GrantUse> grants) {
        YamlMapping.Entry entry = rule.entry("check");
        if (entry == null) {
            return null;
        }
        YamlNode node = entry.value();
        String text = node.asString();
        if (operations != 0 && (operations & WRITES) == 0) {
            entry.key()
                    .problem(
                            "`check` on a rule that allows no write: it is asked of nothing",
                            "say which documents may be read with `where`");
            return null;
        }
        if (text == null || !(node instanceof YamlScalar scalar) || pattern == null || operations == 0) {
            return null;
        }
        CheckScope scope = new CheckScope(
                WhereReader.names(pattern),
                (operations & Rule.bit(Operation.CREATE)) != 0,
                (operations & Rule.bit(Operation.UPDATE)) != 0,
                (operations & Rule.bit(Operation.DELETE)) != 0);
        switch (compiler.compile(text, scope)) {
            case CheckCompilation.Mistaken(var mistakes) -> {
                WhereReader.tell(scalar, mistakes);
                return null;
            }
            case CheckCompilation.Compiled(var check, var mentions, var hints) -> {
                WhereReader.checkNames(mentions, scalar, pattern, claims);
                WhereReader.warnOfHidden(mentions, scalar, mask, "which writes pass");
                for (Mistake hint : hints) {
                    scalar.warningAt(hint.at(), hint.message(), hint.fix());
                }
                for (Mention mention : mentions) {
                    if (mention instanceof Mention.OfGrant(var name, int at, boolean inPath)) {
                        grants.add(new RuleReader.GrantUse(name, scalar, at, inPath));
                    }
                }
                return check;
            }
        }
    }
}
