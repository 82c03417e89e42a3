package io.firegate.policy;

import io.firegate.policy.yaml.Nearest;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import io.firegate.policy.yaml.YamlSequence;
import java.util.Set;

/** What the readers of a policy's parts check alike, in the same words. */
final class Checks {
    private static final int NAME_LENGTH_MAX = 64;

    private Checks() {}

    /** A word that resolves to nothing. */
    static void unknown(YamlNode node, String message, String word, Set<String> known) {
        Nearest.to(word, known)
                .ifPresentOrElse(
                        near -> node.problem(message + "; did you mean `" + near + "`?"),
                        () -> node.problem(message, known(known)));
    }

    /** The words there are, for a fix. */
    static String known(Set<String> known) {
        return known.isEmpty()
                ? "there are none"
                : "known: "
                        + String.join(", ", known.stream().sorted().limit(10).toList());
    }

    static void requireSome(YamlSequence sequence, String key, String why) {
        if (sequence.size() == 0) {
            sequence.problem("`" + key + "` is empty: " + why);
        }
    }

    /** Names go into headers, records and metrics, so they are plain. */
    static boolean checkName(YamlScalar node, String what) {
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

    static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
