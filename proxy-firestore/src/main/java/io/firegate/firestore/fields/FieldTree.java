package io.firegate.firestore.fields;

import io.firegate.policy.condition.FieldPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What of a value is open: all of it, nothing of it, or something else for each field below it. */
final class FieldTree {
    static final FieldTree ALL = new FieldTree();
    static final FieldTree NOTHING = new FieldTree();

    private final Map<String, FieldTree> below = new HashMap<>();
    /** What is open of the fields that are not in {@code below}; this itself when it is all or nothing. */
    private final FieldTree rest;

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

    /** What is open at a path below this value. */
    FieldTree at(FieldPath path) {
        FieldTree at = this;
        for (String segment : path.segments()) {
            at = at.below(segment);
        }
        return at;
    }
}
