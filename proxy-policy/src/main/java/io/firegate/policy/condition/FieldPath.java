package io.firegate.policy.condition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The place of a field in a document, segment by segment. The text of a path is not canonical ({@code `a`} is {@code a}), so paths are
 * compared as lists.
 */
public record FieldPath(List<String> segments) {
    /** Most names of a path: the emulator takes 20, and as many levels of maps are what Firestore stores (vendor page "Quotas and limits"). */
    private static final int SEGMENTS_MAX = 20;

    /** Longest path Firestore takes, 1,500 bytes (vendor page "Quotas and limits"), counted without what quotes it. */
    private static final int CHARS_MAX = 1500;

    public FieldPath {
        segments = List.copyOf(segments);
        if (segments.isEmpty()) {
            throw new IllegalArgumentException("a field path has at least one segment");
        }
    }

    /** A path of these segments. */
    public static FieldPath of(String... segments) {
        return new FieldPath(List.of(segments));
    }

    /**
     * Reads a path as Firestore writes it: segments joined by dots, each simple or in backticks, in which a backslash quotes a backtick
     * or itself (document.proto, {@code Document.fields}). Empty when it is none, or a longer one than Firestore takes.
     */
    public static Optional<FieldPath> parse(String text) {
        // A quoted character is two, and each name may stand in quotes.
        if (text.length() > 2 * CHARS_MAX + 3 * SEGMENTS_MAX) {
            return Optional.empty();
        }
        List<String> segments = new ArrayList<>(4);
        int chars = 0;
        int i = 0;
        while (true) {
            String segment;
            if (i < text.length() && text.charAt(i) == '`') {
                StringBuilder quoted = new StringBuilder();
                i++;
                while (i < text.length() && text.charAt(i) != '`') {
                    if (text.charAt(i) == '\\') {
                        i++;
                        // Firestore knows more escapes, such as \x73: what is judged must be what Firestore reads, so
                        // none of them.
                        if (i == text.length() || (text.charAt(i) != '`' && text.charAt(i) != '\\')) {
                            return Optional.empty();
                        }
                    }
                    quoted.append(text.charAt(i++));
                }
                if (i == text.length()) {
                    return Optional.empty();
                }
                i++;
                segment = quoted.toString();
            } else {
                int dot = text.indexOf('.', i);
                segment = text.substring(i, dot < 0 ? text.length() : dot);
                i += segment.length();
                if (!isSimple(segment)) {
                    return Optional.empty();
                }
            }
            chars += segment.length() + 1;
            if (segment.isEmpty() || segments.size() == SEGMENTS_MAX || chars > CHARS_MAX + 1) {
                return Optional.empty();
            }
            segments.add(segment);
            if (i == text.length()) {
                return Optional.of(new FieldPath(segments));
            }
            if (text.charAt(i) != '.') {
                return Optional.empty();
            }
            i++;
        }
    }

    private static boolean isSimple(CharSequence segment) {
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
            if (!letter && (i == 0 || c < '0' || c > '9')) {
                return false;
            }
        }
        return !segment.isEmpty();
    }

    /** Whether this is the other path or something above it. */
    public boolean holds(FieldPath other) {
        return segments.size() <= other.segments.size() && segments.equals(other.segments.subList(0, segments.size()));
    }

    /** Whether one of the two holds the other. */
    public boolean meets(FieldPath other) {
        return holds(other) || other.holds(this);
    }

    /** As Firestore writes it, quoted only where it must be. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        for (String segment : segments) {
            if (!out.isEmpty()) {
                out.append('.');
            }
            if (isSimple(segment)) {
                out.append(segment);
            } else {
                out.append('`')
                        .append(segment.replace("\\", "\\\\").replace("`", "\\`"))
                        .append('`');
            }
        }
        return out.toString();
    }
}
