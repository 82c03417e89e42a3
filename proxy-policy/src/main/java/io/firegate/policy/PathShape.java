package io.firegate.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Those rules of a {@link PathIndex} whose paths have their {@code {x=**}}, ids and variables at the same places. At most one of them
 * decides an operation on a path, and one look into a hash table finds it.
 *
 * <p>At many thousand rules a lookup costs what it waits for memory, so the table holds the keys of the ids themselves, side by side: a match
 * waits for them and for the rule, at the same time, and what is absent mostly for nothing, since some bits of each hash stand together.
 *
 * <p>Filled by one thread while compiling; then only read.
 */
final class PathShape {
    /**
     * What the paths of a shape have in common.
     *
     * @param form where their {@code {x=**}} stands
     * @param size how many segments they have beside it
     * @param places where their ids stand, ascending, without the {@code {x=**}}
     */
    record Outline(PathPattern.Form form, int size, List<Integer> places) {
        Outline {
            places = List.copyOf(places);
        }

        static Outline of(PathPattern pattern) {
            List<Integer> places = new ArrayList<>(pattern.size());
            for (int i = 0; i < pattern.size(); i++) {
                if (pattern.literal(i) != null) {
                    places.add(i);
                }
            }
            return new Outline(pattern.form(), pattern.size(), places);
        }

        /** Whether it matches any path of so many segments. */
        boolean hasLength(int segments) {
            return form == PathPattern.Form.EXACT ? segments == size : segments >= size;
        }

        /** How it matches a segment of a path of {@code n}, the most specific first: an id, a variable, {@code {x=**}}. */
        private int rank(int place, int n) {
            int own = place - (form == PathPattern.Form.SUFFIX ? n - size : 0);
            return own < 0 || own >= size ? 2 : places.contains(own) ? 0 : 1;
        }

        /** Compares outlines of paths of {@code n} segments by the order in which rules decide. */
        static Comparator<Outline> bySpecificity(int n) {
            return (a, b) -> {
                for (int i = 0; i < n; i++) {
                    int order = Integer.compare(a.rank(i, n), b.rank(i, n));
                    if (order != 0) {
                        return order;
                    }
                }
                // Alike segment by segment where {x=**} matches nothing in one of them.
                return a.form.compareTo(b.form);
            };
        }
    }

    /** Slots of one word of marks. */
    private static final int GROUP = Long.BYTES;

    private static final long EACH_BYTE = 0x0101010101010101L;
    private static final long FULL = 0x8080808080808080L;

    private final Outline outline;
    private final int[] places;

    /**
     * Of each slot a byte: some bits of the hash of what is there under a 1, or 0 where nothing is. They are looked at eight at a time, so
     * that neither what is absent nor what stands a little further on is a branch the processor cannot foresee. A power of two in size, and at
     * most three quarters full.
     */
    private long[] marks = new long[1];
    /** Of each slot the keys of the rule's ids, in order. */
    private long[] keys;

    private @Nullable Rule[] rules = new Rule[GROUP];
    private int count;
    /** The bits of the operations of all rules. */
    private int operations;

    PathShape(Outline outline) {
        this.outline = outline;
        this.places = outline.places().stream().mapToInt(Integer::intValue).toArray();
        this.keys = new long[GROUP * places.length];
    }

    Outline outline() {
        return outline;
    }

    /** The rule that matches a path of a length the outline has and grants the operation, or null. */
    @Nullable
    Rule find(Route route, int op) {
        if ((operations & 1 << op) == 0) {
            return null;
        }
        int from = outline.form == PathPattern.Form.SUFFIX ? route.size() - outline.size : 0;
        long sum = 0;
        long signs = 0;
        for (int place : places) {
            long key = route.key(from + place);
            sum = added(sum, key);
            signs |= key;
        }
        long hash = mixed(sum);
        long mark = mark(hash) * EACH_BYTE;
        int mask = marks.length - 1;
        for (int group = group(hash, mask); ; group = group + 1 & mask) {
            long present = marks[group];
            long other = present ^ mark;
            // The bytes that are 0, and now and then one beside them; the keys tell.
            for (long alike = other - EACH_BYTE & ~other & FULL; alike != 0; alike &= alike - 1) {
                int slot = group * GROUP + Long.numberOfTrailingZeros(alike) / Byte.SIZE;
                Rule rule = rules[slot];
                if (rule != null
                        && hasKeys(slot, route, from)
                        && (rule.operations() & 1 << op) != 0
                        && (signs >= 0 || hasIds(rule.pattern(), route, from))) {
                    return rule;
                }
            }
            if ((present & FULL) != FULL) {
                return null;
            }
        }
    }

    private boolean hasKeys(int slot, Route route, int from) {
        int first = slot * places.length;
        for (int i = 0; i < places.length; i++) {
            if (keys[first + i] != route.key(from + places[i])) {
                return false;
            }
        }
        return true;
    }

    private boolean hasIds(PathPattern pattern, Route route, int from) {
        for (int place : places) {
            if (!route.at(from + place).equals(pattern.literal(place))) {
                return false;
            }
        }
        return true;
    }

    /** Adds a rule of the outline for all its operations. Where several match the same paths the first that has the operation decides. */
    void add(Rule rule) {
        operations |= rule.operations();
        Route own = Route.of(rule.pattern().fresh());
        boolean decides = false;
        for (int op = 0; op < Rule.SLOTS; op++) {
            decides |= (rule.operations() & 1 << op) != 0 && find(own, op) == null;
        }
        if (!decides) {
            return;
        }
        count++;
        if (4 * count > 3 * rules.length) {
            grow();
        }
        long[] ids = new long[places.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = own.key(places[i]);
        }
        put(rule, ids, 0);
    }

    private void grow() {
        long[] oldKeys = keys;
        @Nullable Rule[] old = rules;
        // From behind a group with an empty slot on, so that rules of the same ids stay in their order.
        int start = 0;
        while ((marks[start] & FULL) == FULL) {
            start++;
        }
        marks = new long[2 * marks.length];
        rules = new Rule[2 * old.length];
        keys = new long[rules.length * places.length];
        for (int i = 0; i < old.length; i++) {
            int slot = (start + 1) * GROUP + i & old.length - 1;
            Rule rule = old[slot];
            if (rule != null) {
                put(rule, oldKeys, slot * places.length);
            }
        }
    }

    /** Puts a rule into the first empty slot from its group on; its keys are read from a place in an array. */
    private void put(Rule rule, long[] from, int first) {
        long sum = 0;
        for (int i = 0; i < places.length; i++) {
            sum = added(sum, from[first + i]);
        }
        long hash = mixed(sum);
        int mask = marks.length - 1;
        int group = group(hash, mask);
        while ((marks[group] & FULL) == FULL) {
            group = group + 1 & mask;
        }
        int bits = Long.numberOfTrailingZeros(~marks[group] & FULL) / Byte.SIZE * Byte.SIZE;
        marks[group] |= mark(hash) << bits;
        int slot = group * GROUP + bits / Byte.SIZE;
        System.arraycopy(from, first, keys, slot * places.length, places.length);
        rules[slot] = rule;
    }

    /** The keys of a path's ids one by one in one number. The factor is odd, so that each key has its say in full. */
    static long added(long sum, long key) {
        return sum * 0xD1342543DE82EF95L + key;
    }

    /**
     * A hash whose upper half tells paths apart wherever in their ids they differ: a product carries upwards only, so each is preceded by
     * the upper half brought down (the first two rounds of the mixer called degski64, and its constant).
     */
    static long mixed(long sum) {
        long x = (sum ^ sum >>> Integer.SIZE) * 0xD6E8FEB86659FD93L;
        return (x ^ x >>> Integer.SIZE) * 0xD6E8FEB86659FD93L;
    }

    /** The group where the search for a hash begins. */
    static int group(long hash, int mask) {
        return (int) (hash >>> Integer.SIZE) & mask;
    }

    /** A byte of bits that have no part in the group of any but the largest tables; never 0. */
    private static long mark(long hash) {
        return hash >>> 57 | 0x80;
    }
}
