package io.firegate.firestore.rows;

import com.google.firestore.v1.DocumentMask;
import io.firegate.policy.condition.FieldPath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The fields a client wants to see of a document, and the masks that read more than those. What is read beside them is cut off again as
 * what a policy hides is.
 */
public final class Projection {
    private static final int PATHS_MAX = 1000;

    /** The pseudo-field every answer has, whatever the mask. */
    public static final String NAME = "__name__";

    /** What the client wants; empty is nothing but the name. */
    private final List<FieldPath> paths;

    private Projection(List<FieldPath> paths) {
        this.paths = paths;
    }

    /** The projection of a mask; null when one of its paths is none, or reserved. */
    public static @Nullable Projection of(List<String> fieldPaths) {
        List<FieldPath> paths = new ArrayList<>(fieldPaths.size());
        for (String text : fieldPaths) {
            FieldPath path = FieldPath.parse(text).orElse(null);
            if (path == null) {
                return null;
            }
            if (path.segments().equals(List.of(NAME))) {
                continue;
            }
            for (String segment : path.segments()) {
                if (isReserved(segment)) {
                    return null;
                }
            }
            paths.add(path);
        }
        return new Projection(paths);
    }

    /** Whether Firestore keeps the name for itself, so that no field has it. */
    static boolean isReserved(String segment) {
        return segment.length() >= 4 && segment.startsWith("__") && segment.endsWith("__");
    }

    /** Whether the client sees all of these anyway. */
    public boolean holds(Collection<FieldPath> fields) {
        for (FieldPath field : fields) {
            if (!holds(paths, field)) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(List<FieldPath> paths, FieldPath field) {
        for (FieldPath path : paths) {
            if (path.holds(field)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a mask is longer than is worked through for each document. */
    public static boolean isTooLong(int paths) {
        return paths > PATHS_MAX;
    }

    /** The paths that read what the client wants and these fields as well, none of them below another. */
    public List<String> with(Collection<FieldPath> fields) {
        List<FieldPath> all = new ArrayList<>(paths);
        all.addAll(fields);
        Set<List<String>> whole = new TreeSet<>(Projection::compare);
        all.forEach(path -> whole.add(path.segments()));
        Set<List<String>> taken = new TreeSet<>(Projection::compare);
        List<String> texts = new ArrayList<>(all.size());
        for (FieldPath path : all) {
            List<String> segments = path.segments();
            boolean held = false;
            for (int i = 1; i < segments.size() && !held; i++) {
                held = whole.contains(segments.subList(0, i));
            }
            // Of two that are the same the first stays.
            if (!held && taken.add(segments)) {
                texts.add(path.toString());
            }
        }
        return texts;
    }

    /** By comparison and not by hash, because clients choose the paths. */
    private static int compare(List<String> one, List<String> other) {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            int order = one.get(i).compareTo(other.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(one.size(), other.size());
    }

    /** As {@link #with}, as a mask. */
    public DocumentMask mask(Collection<FieldPath> fields) {
        return DocumentMask.newBuilder().addAllFieldPaths(with(fields)).build();
    }

    /** What the client wants; empty is nothing but the name. */
    public List<FieldPath> paths() {
        return paths;
    }
}
