package io.firegate.firestore.fields;

import io.firegate.policy.condition.FieldPath;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Small documents and paths over few names, so that they meet. */
final class RandomDocuments {
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final int DEPTH_MAX = 3;

    private final Random random;

    RandomDocuments(Random random) {
        this.random = random;
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    Map<String, Object> fields() {
        return fields(0);
    }

    private Map<String, Object> fields(int depth) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (String name : shuffled(NAMES)) {
            if (!oneIn(3)) {
                fields.put(name, value(depth + 1));
            }
        }
        return fields;
    }

    private Object value(int depth) {
        if (depth < DEPTH_MAX && !oneIn(3)) {
            return fields(depth);
        }
        return switch (random.nextInt(8)) {
            case 0 -> "t";
            case 1 -> List.of(Map.of("a", 1));
            case 2 -> Map.of("__type__", "__vector__", "value", List.of(1.5));
            case 3 -> Map.of();
            default -> random.nextInt(3);
        };
    }

    FieldPath path() {
        List<String> segments = new ArrayList<>();
        for (int i = 1 + random.nextInt(DEPTH_MAX); i > 0; i--) {
            segments.add(NAMES.get(random.nextInt(NAMES.size())));
        }
        return new FieldPath(segments);
    }

    /** One to three paths, none of which holds another. */
    List<FieldPath> paths() {
        List<FieldPath> paths = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            FieldPath path = path();
            if (paths.stream().noneMatch(path::meets)) {
                paths.add(path);
            }
        }
        return paths;
    }

    /** No mask, or up to three paths. */
    @Nullable
    List<FieldPath> mask() {
        if (oneIn(2)) {
            return null;
        }
        List<FieldPath> mask = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            mask.add(path());
        }
        return mask;
    }

    /** The same visible part in another order, and something else where it is hidden. */
    Map<String, Object> withOtherHidden(Map<String, Object> fields, List<FieldPath> hidden) {
        Map<String, Object> visible = PlainModel.without(fields, hidden);
        Map<String, Object> other = visible;
        for (FieldPath path : hidden) {
            if (oneIn(4)) {
                continue;
            }
            // Above a hidden path too, where nothing visible is in the way.
            List<String> segments = path.segments()
                    .subList(0, 1 + random.nextInt(path.segments().size()));
            Object there = PlainModel.at(visible, segments);
            Object value = segments.size() == path.segments().size() ? value(1) : random.nextInt(3);
            if (there == null
                    && PlainModel.without(
                                    PlainModel.write(other, nested(segments, value), List.of(new FieldPath(segments))),
                                    hidden)
                            .equals(visible)) {
                other = PlainModel.write(other, nested(segments, value), List.of(new FieldPath(segments)));
            }
        }
        Map<String, Object> reordered = new LinkedHashMap<>();
        for (String name : shuffled(List.copyOf(other.keySet()))) {
            reordered.put(name, other.get(name));
        }
        return reordered;
    }

    private static Map<String, Object> nested(List<String> segments, Object value) {
        Map<String, Object> map = Map.of(segments.get(segments.size() - 1), value);
        for (int i = segments.size() - 2; i >= 0; i--) {
            map = Map.of(segments.get(i), map);
        }
        return map;
    }

    private List<String> shuffled(List<String> names) {
        List<String> shuffled = new ArrayList<>(names);
        Collections.shuffle(shuffled, random);
        return shuffled;
    }
}
