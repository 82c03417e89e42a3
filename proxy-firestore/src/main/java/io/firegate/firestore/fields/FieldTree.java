package io.firegate.firestore.fields;

import io.firegate.policy.condition.FieldPath;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What of a value is open: all of it, nothing of it, or something else for each field below it. */
final class FieldTree {
    static final FieldTree ALL = new FieldTree();
    static final FieldTree NOTHING = new FieldTree();

    private final Map<String, FieldTree> below = new HashMap<>();
    /** What is open of the fields that are not in {@code below}; this itself when it is all or nothing. */
    private final FieldTree rest;
    /** Made of {@code below} when a message is first read by it. */
    private @Nullable Names names;

    private FieldTree() {
        this.rest = this;
    }

    private FieldTree(FieldTree rest) {
        this.rest = rest;
    }

    /** All but these paths and what is below them. */
    static FieldTree allBut(List<FieldPath> paths) {
        return paths.isEmpty() ? ALL : tree(paths, ALL, NOTHING);
    }

    /** These paths and what is below them only. */
    static FieldTree only(List<FieldPath> paths) {
        return paths.isEmpty() ? NOTHING : tree(paths, NOTHING, ALL);
    }

    /** Of two paths of which one holds the other, the shorter one counts. */
    private static FieldTree tree(List<FieldPath> paths, FieldTree rest, FieldTree leaf) {
        FieldTree root = new FieldTree(rest);
        for (FieldPath path : paths) {
            FieldTree at = root;
            int last = path.segments().size() - 1;
            for (String segment : path.segments().subList(0, last)) {
                at = at.isPartial() ? at.below.computeIfAbsent(segment, s -> new FieldTree(rest)) : at;
            }
            if (at.isPartial()) {
                at.below.put(path.segments().get(last), leaf);
            }
        }
        return root;
    }

    boolean isAll() {
        return isSame(ALL);
    }

    boolean isNothing() {
        return isSame(NOTHING);
    }

    boolean isPartial() {
        return !isAll() && !isNothing();
    }

    @SuppressWarnings("ReferenceEquality") // the two are constants, and a tree has no other equality
    private boolean isSame(FieldTree constant) {
        return this == constant;
    }

    /** What is open of a field of this value. */
    FieldTree below(String segment) {
        return below.getOrDefault(segment, rest);
    }

    /**
     * What is open of a field of this value, by its name as it stands in a message.
     *
     * @param from index of the first byte of the name
     * @param to index after the last
     * @param head its {@link FieldName#head}
     */
    FieldTree below(byte[] data, int from, int to, long head) {
        Names named = names == null ? Names.of(below) : names;
        names = named;
        return named.get(data, from, to, head, rest);
    }

    /**
     * What is open in both.
     *
     * @param other of another value in the same place
     */
    FieldTree and(FieldTree other) {
        if (isAll() || other.isNothing()) {
            return other;
        }
        if (isNothing() || other.isAll()) {
            return this;
        }
        FieldTree both = new FieldTree(rest.and(other.rest));
        below.forEach((segment, open) -> both.below.put(segment, open.and(other.below(segment))));
        other.below.forEach((segment, open) -> both.below.computeIfAbsent(segment, s -> rest.and(open)));
        return both;
    }

    /** The names of {@code below} as bytes, in their order. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Names(byte[][] names, long[] heads, FieldTree[] open) {
        static Names of(Map<String, FieldTree> below) {
            Map<byte[], FieldTree> sorted = new TreeMap<>(Arrays::compareUnsigned);
            below.forEach((segment, open) -> sorted.put(segment.getBytes(StandardCharsets.UTF_8), open));
            byte[][] names = sorted.keySet().toArray(new byte[0][]);
            long[] heads = new long[names.length];
            for (int i = 0; i < names.length; i++) {
                heads[i] = FieldName.head(names[i], 0, names[i].length);
            }
            return new Names(names, heads, sorted.values().toArray(new FieldTree[0]));
        }

        FieldTree get(byte[] data, int from, int to, long head, FieldTree otherwise) {
            int low = 0;
            int high = names.length - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                byte[] name = names[middle];
                int order = FieldName.compare(heads[middle], name, 0, name.length, head, data, from, to);
                if (order == 0) {
                    return open[middle];
                }
                low = order < 0 ? middle + 1 : low;
                high = order < 0 ? high : middle - 1;
            }
            return otherwise;
        }
    }

    /** What is open at a path below this value. */
    FieldTree at(FieldPath path) {
        FieldTree at = this;
        for (String segment : path.segments()) {
            at = at.below(segment);
        }
        return at;
    }
}
