package io.firegate.policy.yaml;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;

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

    /** Takes note of a problem at a character of the file. */
    void add(Problem.Severity severity, int place, String message, @Nullable String fix) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < place; i++) {
            if (endsLine(i)) {
                line++;
                start = i + 1;
            }
        }
        add(severity, line, text.codePointCount(start, place) + 1, message, fix);
    }

    void add(Problem.Severity severity, int line, int column, String message, @Nullable String fix) {
        int start = startOf(line);
        int end = start;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        int place = Math.min(placeOf(start, column), end);
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
            if (endsLine(i++)) {
                current++;
            }
        }
        return i;
    }

    private boolean endsLine(int i) {
        char c = text.charAt(i);
        return c == '\n' || (c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n'));
    }

    /** The character at a column of the line that begins at {@code start}. */
    private int placeOf(int start, int column) {
        int place = start;
        for (int i = 1; i < column && place < text.length(); i++) {
            place += Character.charCount(text.codePointAt(place));
        }
        return place;
    }

    /**
     * Where in the file a character of a scalar's value stands; -1 where the spelling does not tell. Value and file are walked side by
     * side. Line breaks, indentation and folding change nothing but the amount of white space, so all of it is passed at once on both
     * sides, and what is not white space must be alike.
     *
     * @param line where the scalar begins
     * @param index a character of the value that is no white space, or its length
     */
    int place(int line, int column, String value, ScalarStyle style, int index) {
        int place = placeOf(startOf(line), column);
        switch (style) {
            case SINGLE_QUOTED, DOUBLE_QUOTED -> place++;
            case LITERAL, FOLDED -> {
                // The header holds nothing of the value.
                while (place < text.length() && !endsLine(place)) {
                    place++;
                }
            }
            default -> {}
        }
        int i = 0;
        while (i < index) {
            if (isSpace(value.charAt(i))) {
                while (i < index && isSpace(value.charAt(i))) {
                    i++;
                }
                place = afterSpace(place);
                continue;
            }
            if (i == 0) {
                place = afterSpace(place);
            }
            int width = width(place, value.charAt(i), style);
            if (width == 0) {
                return -1;
            }
            place += width;
            i++;
        }
        return index == 0 ? afterSpace(place) : place;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    private int afterSpace(int place) {
        int i = place;
        while (i < text.length() && isSpace(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /** How many characters spell one of the value here; 0 when it is spelt in a way that is not followed. */
    private int width(int place, char c, ScalarStyle style) {
        if (place >= text.length()) {
            return 0;
        }
        char written = text.charAt(place);
        if (style == ScalarStyle.DOUBLE_QUOTED && written == '\\') {
            // `\"`, `\\` and `\/`; the others stand for characters a condition has no use for.
            return place + 1 < text.length() && text.charAt(place + 1) == c ? 2 : 0;
        }
        if (written != c) {
            return 0;
        }
        return style == ScalarStyle.SINGLE_QUOTED && c == '\'' ? 2 : 1;
    }
}
