package io.firegate.policy;

import org.jspecify.annotations.Nullable;

/**
 * A place in the tree of a {@link PathIndex}. At many thousand rules a lookup costs what it waits for memory, so a step touches few objects:
 * the table of literal children holds the nodes themselves, which know the literal that leads to them, and a place with one rule holds
 * just that.
 *
 * <p>Filled by one thread while compiling; then only read.
 */
final class PathNode {
    private static final Rule[] NONE = {};
    private static final PathNode[] NO_CHILDREN = {};
    /** The first table. Tables are at most half full, so that most absent literals end at an empty place. */
    private static final int TABLE_MIN = 4;

    /** The literal that leads here; empty at a variable and at a root. */
    private final String literal;

    private final int hash;

    /** The literal children, by hash, a power of two in size unless there are none. */
    private @Nullable PathNode[] table = NO_CHILDREN;

    private int literalCount;

    @Nullable
    PathNode variable;

    /** The operations of all rules here and below. */
    int operations;
    /** The operations of the rules that end at a literal child. */
    int literalEndings;

    /** The only rule that ends here; null when there is none, or several. */
    private @Nullable Rule sole;
    /** The operations the only rule was put here for. */
    private int soleOperations;

    private @Nullable Rule[] exact = NONE;

    @Nullable
    Rule[] below = NONE;

    @Nullable
    Rule[] suffix = NONE;

    PathNode() {
        this("");
    }

    private PathNode(String literal) {
        this.literal = literal;
        this.hash = literal.hashCode();
    }

    /** A table with room for a rule of each operation. */
    static @Nullable Rule[] room(@Nullable Rule[] rules) {
        return rules.length == 0 ? new Rule[Rule.SLOTS] : rules;
    }

    /** The rule of an operation in such a table, or null. */
    static @Nullable Rule at(@Nullable Rule[] rules, int op) {
        return rules.length == 0 ? null : rules[op];
    }

    /** The rule that ends here and grants the operation, or null. */
    @Nullable
    Rule exact(int op) {
        Rule only = sole;
        return only == null ? at(exact, op) : (soleOperations & 1 << op) != 0 ? only : null;
    }

    /** Puts a rule that ends here; the one that is there already stays, and is answered. */
    @Nullable
    Rule putExact(Rule rule, int op) {
        Rule present = exact(op);
        if (present != null) {
            return present;
        }
        if (exact.length == 0 && (sole == null || sole.equals(rule))) {
            sole = rule;
            soleOperations |= 1 << op;
            return null;
        }
        Rule only = sole;
        exact = room(exact);
        for (int other = 0; only != null && other < Rule.SLOTS; other++) {
            exact[other] = exact(other);
        }
        sole = null;
        exact[op] = rule;
        return null;
    }

    /** The literal that leads here. */
    String literal() {
        return literal;
    }

    /** The child of a literal, or null. */
    @Nullable
    PathNode get(String wanted) {
        @Nullable PathNode[] nodes = table;
        if (nodes.length == 0) {
            return null;
        }
        int wantedHash = wanted.hashCode();
        int mask = nodes.length - 1;
        for (int i = place(wantedHash, mask); ; i = i + 1 & mask) {
            PathNode node = nodes[i];
            if (node == null || (node.hash == wantedHash && node.literal.equals(wanted))) {
                return node;
            }
        }
    }

    /** The literal children, with empty places among them. */
    @Nullable
    PathNode[] children() {
        return table;
    }

    /** The child for a literal, or with null for a variable; made when it is missing. */
    PathNode child(@Nullable String next) {
        if (next == null) {
            if (variable == null) {
                variable = new PathNode();
            }
            return variable;
        }
        PathNode present = get(next);
        if (present != null) {
            return present;
        }
        PathNode made = new PathNode(next);
        literalCount++;
        if (2 * literalCount > table.length) {
            @Nullable PathNode[] wider = new PathNode[Math.max(TABLE_MIN, 2 * table.length)];
            for (PathNode node : table) {
                if (node != null) {
                    put(wider, node);
                }
            }
            table = wider;
        }
        put(table, made);
        return made;
    }

    private static void put(@Nullable PathNode[] nodes, PathNode node) {
        int mask = nodes.length - 1;
        int i = place(node.hash, mask);
        while (nodes[i] != null) {
            i = i + 1 & mask;
        }
        nodes[i] = node;
    }

    /** Where a hash begins: names that count up have hashes that do, and would stand in one long row (Fibonacci hashing). */
    private static int place(int hash, int mask) {
        int mixed = hash * 0x9E3779B9;
        return (mixed ^ mixed >>> 16) & mask;
    }
}
