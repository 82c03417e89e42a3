package io.firegate.firestore.fields;

import io.firegate.policy.condition.FieldPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;

/** Field paths in the order they came, each once. By comparison and not by hash, because clients choose the paths. */
final class DistinctPaths {
    private static final Comparator<FieldPath> ORDER = DistinctPaths::compare;

    private final TreeSet<FieldPath> seen = new TreeSet<>(ORDER);
    private final List<FieldPath> paths = new ArrayList<>();

    /** Whether the path is new. */
    boolean add(FieldPath path) {
        return seen.add(path) && paths.add(path);
    }

    List<FieldPath> list() {
        return paths;
    }

    private static int compare(FieldPath a, FieldPath b) {
        Iterator<String> left = a.segments().iterator();
        Iterator<String> right = b.segments().iterator();
        while (left.hasNext() && right.hasNext()) {
            int bySegment = left.next().compareTo(right.next());
            if (bySegment != 0) {
                return bySegment;
            }
        }
        return Boolean.compare(left.hasNext(), right.hasNext());
    }
}
