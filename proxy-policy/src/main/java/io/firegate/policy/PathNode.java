package io.firegate.policy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A place in the tree of a {@link PathIndex}. At many thousand rules a lookup costs what it waits for memory, so a step touches few objects
 * and small ones: the table of literal children holds the nodes themselves, which know the literal that leads to them; a place with one
 * rule holds just that; where a variable ends a path, the place before it knows that rule too; and a short literal is told from others
 * without its text.
 *
 * <p>Filled by one thread while compiling; then only read.
 */
final class PathNode {
    /** The ways a rule ends at a place. */
    enum Ending {
        /** It goes on with {@code {x=**}}. */
        BELOW,
        /** It has no {@code {x=**}}. */
        EXACT,
        /** It begins with {@code {x=**}}, which matches nothing here. */
        SUFFIX
    }

    private static final Rule[] NONE = {};
    private static final PathNode[] NO_CHILDREN = {};
    /** The first table. Tables are at most half full, so that most absent literals end at an empty place. */
    private static final int TABLE_MIN = 4;
    /** From this size on a table has marks: the nodes of a smaller one fit into the cache, where they cost less than a look at the marks. */
    private static final int MARKED_MIN = 1_024;

    private static final byte[] NO_MARKS = {};

    /** The literal that leads here; empty at a variable and at a root. */
    private final String literal;

    private final long key;

    /** The literal children, by key, a power of two in size unless there are none. */
    private @Nullable PathNode[] table = NO_CHILDREN;
    /** Beside each place of a large table some bits of the key of the node there, or 0: a node that is not wanted is not looked at. */
    private byte[] marks = NO_MARKS;

    private int literalCount;
    private @Nullable PathNode variable;

    /** The only rule that ends here as {@link Ending#EXACT}; null when there is none, or several. */
    private @Nullable Rule sole;
    /** The same of the variable's child. */
    private @Nullable Rule variableSole;
    /** Any other rules that end here: a table by operation for each {@link Ending}, up to the last there is need for. */
    private @Nullable Rule[] endings = NONE;

    // Sets of operations, bits by Rule.slot, of which a byte has enough.
    /** Those of all rules here and below. */
    private byte operations;
    /** Those of the rules that end at a literal child. */
    private byte literalEndings;
    /** Those the only rule was put here for. */
    private byte soleOperations;
    /** Those the only rule of the variable's child was put there for. */
    private byte variableOperations;

    PathNode() {
        this("");
    }

    private PathNode(String literal) {
        this.literal = literal;
        this.key = key(literal);
    }

    /**
     * What tells literals apart: an id of up to eight ASCII characters is its own key, so that a match needs no look at its text. Any other
     * has its hash, which is negative and no proof.
     */
    static long key(String id) {
        int length = id.length();
        if (length > Long.BYTES) {
            return hashed(id);
        }
        long key = 0;
        for (int i = 0; i < length; i++) {
            char c = id.charAt(i);
            if (c == 0 || c >= 0x80) {
                return hashed(id);
            }
            key = (key << Byte.SIZE) | c;
        }
        return key;
    }

    private static long hashed(String id) {
        return Long.MIN_VALUE | ((long) id.length() << Integer.SIZE) | Integer.toUnsignedLong(id.hashCode());
    }

    private static boolean has(byte operations, int op) {
        return (operations & 1 << op) != 0;
    }

    static {
        if (Rule.SLOTS > Byte.SIZE) {
            throw new IllegalStateException("a byte has no bit for each operation any more");
        }
    }

    /** Whether a rule here or below grants the operation. */
    boolean grants(int op) {
        return has(operations, op);
    }

    /** Takes down that a rule here or below does. */
    void grant(int op) {
        operations |= (byte) (1 << op);
    }

    /** Whether a rule that ends at a literal child grants the operation. */
    boolean grantsAtLiteral(int op) {
        return has(literalEndings, op);
    }

    /** Takes down that such a rule does. */
    void grantAtLiteral(int op) {
        literalEndings |= (byte) (1 << op);
    }

    /** The rule that ends here without {@code {x=**}} and grants the operation, or null. */
    @Nullable
    Rule exact(int op) {
        Rule only = sole;
        return only == null ? at(Ending.EXACT, op) : has(soleOperations, op) ? only : null;
    }

    /** What {@link #exact} of the variable's child says, where that is known here; null tells nothing. */
    @Nullable
    Rule exactAtVariable(int op) {
        return has(variableOperations, op) ? variableSole : null;
    }

    /** The rule that goes on here with {@code {x=**}} and grants the operation, or null. */
    @Nullable
    Rule below(int op) {
        return at(Ending.BELOW, op);
    }

    /** The rule that begins with {@code {x=**}}, ends here and grants the operation, or null. */
    @Nullable
    Rule suffix(int op) {
        return at(Ending.SUFFIX, op);
    }

    @SuppressWarnings("EnumOrdinal") // a table that lives no longer than the program
    private static int place(Ending ending, int op) {
        return ending.ordinal() * Rule.SLOTS + op;
    }

    private @Nullable Rule at(Ending ending, int op) {
        int place = place(ending, op);
        return place < endings.length ? endings[place] : null;
    }

    /** Puts a rule that ends here; the one that is there already stays, and is answered. */
    @Nullable
    Rule put(Ending ending, Rule rule, int op) {
        Rule present = ending == Ending.EXACT ? exact(op) : at(ending, op);
        if (present != null) {
            return present;
        }
        if (ending == Ending.EXACT && (sole == null ? isEmpty(ending) : sole.equals(rule))) {
            sole = rule;
            soleOperations |= (byte) (1 << op);
            return null;
        }
        if (endings.length < place(ending, Rule.SLOTS)) {
            endings = Arrays.copyOf(endings, place(ending, Rule.SLOTS));
        }
        if (ending == Ending.EXACT && sole != null) {
            for (int other = 0; other < Rule.SLOTS; other++) {
                endings[place(ending, other)] = exact(other);
            }
            sole = null;
        }
        endings[place(ending, op)] = rule;
        return null;
    }

    private boolean isEmpty(Ending ending) {
        for (int op = 0; op < Rule.SLOTS; op++) {
            if (at(ending, op) != null) {
                return false;
            }
        }
        return true;
    }

    /** Takes down which rule ends at the variable's child, once it has another. */
    void lookAtVariable() {
        if (variable != null) {
            variableSole = variable.sole;
            variableOperations = variable.soleOperations;
        }
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
    PathNode get(String wanted) {
        @Nullable PathNode[] nodes = table;
        if (nodes.length == 0) {
            return null;
        }
        long wantedKey = key(wanted);
        long mixed = mixed(wantedKey);
        int mask = nodes.length - 1;
        int i = place(mixed, mask);
        byte[] beside = marks;
        if (beside.length == 0) {
            while (true) {
                PathNode node = nodes[i];
                if (node == null || node.is(wanted, wantedKey)) {
                    return node;
                }
                i = i + 1 & mask;
            }
        }
        byte wantedMark = mark(mixed);
        while (beside[i] != 0) {
            PathNode node = beside[i] == wantedMark ? nodes[i] : null;
            if (node != null && node.is(wanted, wantedKey)) {
                return node;
            }
            i = i + 1 & mask;
        }
        return null;
    }

    private boolean is(String wanted, long wantedKey) {
        return key == wantedKey && (wantedKey >= 0 || literal.equals(wanted));
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
            @Nullable PathNode[] narrow = table;
            table = new PathNode[Math.max(TABLE_MIN, 2 * narrow.length)];
            marks = table.length < MARKED_MIN ? NO_MARKS : new byte[table.length];
            for (PathNode node : narrow) {
                if (node != null) {
                    put(node);
                }
            }
        }
        put(made);
        return made;
    }

    private void put(PathNode node) {
        long mixed = mixed(node.key);
        int mask = table.length - 1;
        int i = place(mixed, mask);
        while (table[i] != null) {
            i = i + 1 & mask;
        }
        table[i] = node;
        if (marks.length > 0) {
            marks[i] = mark(mixed);
        }
    }

    /**
     * A key whose upper half tells names apart wherever in them they differ. A product carries upwards only, so the key's own upper half, an
     * id's first characters, is added below first; names that count up would stand in one long row without it (Fibonacci hashing).
     */
    static long mixed(long key) {
        return ((key >>> Integer.SIZE) * 0x85EBCA6BL + key) * 0x9E3779B97F4A7C15L;
    }

    /** Where the search for a key begins. */
    static int place(long mixed, int mask) {
        return (int) (mixed >>> Integer.SIZE) & mask;
    }

    /** Bits that have no part in the place; never 0. */
    private static byte mark(long mixed) {
        return (byte) ((mixed >>> 57) | 0x80);
    }
}
