package io.firegate.firestore.fields;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The text ListDocuments is ordered by, {@code a desc, `b c`.d, __name__}: fields with or without a direction, and commas. What cannot
 * be read so may be read in some way by Firestore, and is not judged.
 */
final class OrderText {
    private static final Set<String> DIRECTIONS = Set.of("asc", "desc");

    private OrderText() {}

    /** The field paths in it, as they are written; null when it cannot be read. An empty text has none. */
    static @Nullable List<String> paths(String text) {
        List<String> paths = new ArrayList<>();
        if (text.isEmpty()) {
            return paths;
        }
        int from = 0;
        while (from <= text.length()) {
            int end = end(text, from, ',');
            String item = text.substring(from, end).strip();
            int space = end(item, 0, ' ');
            String direction = item.substring(space).strip().toLowerCase(Locale.ROOT);
            if (space == 0 || !(direction.isEmpty() || DIRECTIONS.contains(direction))) {
                return null;
            }
            paths.add(item.substring(0, space));
            from = end + 1;
        }
        return paths;
    }

    /** Where the next such character outside of backticks is, or the end. */
    private static int end(String text, int from, char wanted) {
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '`') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == wanted && !quoted) {
                return i;
            }
        }
        return text.length();
    }
}
