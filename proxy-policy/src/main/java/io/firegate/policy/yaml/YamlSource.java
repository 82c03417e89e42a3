package io.firegate.policy.yaml;

import org.jspecify.annotations.Nullable;

/** The text nodes came from, for showing a line, and where their problems go. */
final class YamlSource {
    /** Characters of a line shown with a problem; a longer line is cut around the place. */
    private static final int SHOWN_MAX = 160;

    private final String name;
    private final String text;
    private final Problems problems;

    YamlSource(String name, String text, Problems problems) {
        this.name = name;
        this.text = text;
        this.problems = problems;
    }

    String name() {
        return name;
    }

    void add(Problem.Severity severity, int line, int column, String message, @Nullable String fix) {
        int start = startOf(line);
        int end = start;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        int place = start;
        for (int i = 1; i < column && place < end; i++) {
            place += Character.charCount(text.codePointAt(place));
        }
        place = Math.min(place, end);
        int from = start;
        int to = end;
        if (end - start > SHOWN_MAX) {
            from = Math.max(start, Math.min(place - SHOWN_MAX / 2, end - SHOWN_MAX));
            to = from + SHOWN_MAX;
            // Never cut a surrogate pair in two.
            if (from > start && Character.isLowSurrogate(text.charAt(from))) {
                from--;
            }
            if (to < end && Character.isLowSurrogate(text.charAt(to))) {
                to++;
            }
        }
        problems.add(new Problem(
                severity, new Position(name, line, column), message, fix, text.substring(from, to), place - from));
    }

    /** Where a line begins. A line ends with LF, CR or CR LF (YAML 1.2.2 section 5.4). */
    private int startOf(int line) {
        int current = 1;
        int i = 0;
        while (current < line && i < text.length()) {
            char c = text.charAt(i++);
            if (c == '\n' || (c == '\r' && (i == text.length() || text.charAt(i) != '\n'))) {
                current++;
            }
        }
        return i;
    }
}
