package io.firegate.policy;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in the tree of a {@link PathIndex}: what follows it, and the rules that end there.
 *
 * <p>Filled by one thread while compiling; then only read.
 */
final class PathNode {
    /** The ways a rule ends at a place. */
    enum Ending {
        /** It has no {@code {x=**}}. */
        EXACT,
        /** It goes on with {@code {x=**}}. */
        BELOW,
        /** It begins with {@code {x=**}}, which matches nothing here. */
        SUFFIX
    }

    private static final Rule[] NONE = {};

    /** The literal that leads here; empty at a variable and at a root. */
    private final String literal;

    private Map<String, PathNode> children = Map.of();
    private @Nullable PathNode variable;
    /** The rules that end here: a table by operation for each {@link Ending}, up to the last there is need for. */
    private @Nullable Rule[] endings = NONE;
    /** The bits of the operations of all rules here and below. */
    private int operations;
    /** Those of the rules that end at a literal child. */
    private int literalEndings;

    PathNode() {
        this("");
    }

    private PathNode(String literal) {
        this.literal = literal;
    }

    /** Whether a rule here or below grants the operation. */
    boolean grants(int op) {
        return (operations & 1 << op) != 0;
    }

    /** Takes down that a rule here or below does. */
    void grant(int op) {
        operations |= 1 << op;
    }

    /** Whether a rule that ends at a literal child grants the operation. */
    boolean grantsAtLiteral(int op) {
        return (literalEndings & 1 << op) != 0;
    }

    /** Takes down that such a rule does. */
    void grantAtLiteral(int op) {
        literalEndings |= 1 << op;
    }

    /** The rule that ends here in a way and grants the operation, or null. */
    @Nullable
    Rule at(Ending ending, int op) {
        int place = place(ending, op);
        return place < endings.length ? endings[place] : null;
    }

    @SuppressWarnings("EnumOrdinal") // a table that lives no longer than the program
    private static int place(Ending ending, int op) {
        return ending.ordinal() * Rule.SLOTS + op;
    }

    /** Puts a rule that ends here; the one that is there already stays, and is answered. */
    @Nullable
    Rule put(Ending ending, Rule rule, int op) {
        Rule present = at(ending, op);
        if (present != null) {
            return present;
        }
        if (endings.length < place(ending, Rule.SLOTS)) {
            endings = Arrays.copyOf(endings, place(ending, Rule.SLOTS));
        }
        endings[place(ending, op)] = rule;
        return null;
    }

    /** The child of a variable, or null. */
    @Nullable
    PathNode variable() {
        return variable;
    }

    /** The literal that leads here. */
    String literal() {
        return literal;
    }

    /** The child of a literal, or null. */
    @Nullable
    PathNode get(String id) {
        return children.get(id);
    }

    /** The children of literals, in the order in which rules name them. */
    Collection<PathNode> children() {
        return children.values();
    }

    /** The child for a literal, or with null for a variable; made when it is missing. */
    PathNode child(@Nullable String next) {
        if (next == null) {
            if (variable == null) {
                variable = new PathNode();
            }
            return variable;
        }
        if (children.isEmpty()) {
            children = new LinkedHashMap<>(4);
        }
        return children.computeIfAbsent(next, literal -> new PathNode(literal));
    }
}
