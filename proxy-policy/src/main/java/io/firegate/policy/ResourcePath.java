package io.firegate.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A document's place inside its database: collection and document ids in turn, starting with a collection. The empty path is the
 * database root.
 *
 * <p>Always a whole number of collection/document pairs. Ids are compared as they are: no case folding, no Unicode
 * normalisation (Firestore compares their UTF-8 bytes).
 *
 * @param segments the ids, an even number
 */
public record ResourcePath(List<String> segments) {
    /** Deepest document Firestore stores: 100 collection levels (vendor page "Quotas and limits"). */
    public static final int LEVELS_MAX = 100;

    /** The database root. */
    public static final ResourcePath ROOT = new ResourcePath(List.of());

    public ResourcePath {
        segments = List.copyOf(segments);
        if (segments.size() % 2 != 0 || segments.size() > 2 * LEVELS_MAX) {
            throw new IllegalArgumentException("a document path has collection/document pairs, at most " + LEVELS_MAX);
        }
    }

    /**
     * Reads {@code a/b/c/d}, without a leading slash; the empty text is the root. Empty when a segment is not a legal id or the
     * number of segments is odd or too large.
     */
    public static Optional<ResourcePath> parse(String text) {
        if (text.isEmpty()) {
            return Optional.of(ROOT);
        }
        List<String> segments = new ArrayList<>(4);
        int start = 0;
        while (true) {
            int slash = text.indexOf('/', start);
            String segment = slash < 0 ? text.substring(start) : text.substring(start, slash);
            if (!isLegalId(segment) || segments.size() == 2 * LEVELS_MAX) {
                return Optional.empty();
            }
            segments.add(segment);
            if (slash < 0) {
                return segments.size() % 2 == 0 ? Optional.of(new ResourcePath(segments)) : Optional.empty();
            }
            start = slash + 1;
        }
    }

    /**
     * Whether Firestore could store this collection or document id: 1 to 1,500 bytes of UTF-8, not {@code .} or {@code ..}, no
     * slash or NUL, not {@code __.*__} other than the numeric ids {@code __id123__} (vendor page "Quotas and limits").
     */
    public static boolean isLegalId(String id) {
        int length = id.length();
        if (length == 0 || length > ID_BYTES_MAX || id.equals(".") || id.equals("..")) {
            return false;
        }
        int bytes = 0;
        for (int i = 0; i < length; i++) {
            char c = id.charAt(i);
            if (c == '/' || c == 0) {
                return false;
            }
            if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(id.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else if (Character.isSurrogate(c)) {
                return false;
            } else {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        return bytes <= ID_BYTES_MAX && !isReserved(id);
    }

    private static final int ID_BYTES_MAX = 1500;

    private static boolean isReserved(String id) {
        if (id.length() < 4 || !id.startsWith("__") || !id.endsWith("__")) {
            return false;
        }
        if (!id.startsWith("__id") || id.length() == 6) {
            return true;
        }
        for (int i = 4; i < id.length() - 2; i++) {
            if (id.charAt(i) < '0' || id.charAt(i) > '9') {
                return true;
            }
        }
        return false;
    }

    /** Whether this is the database root. */
    public boolean isRoot() {
        return segments.isEmpty();
    }

    /** {@code /a/b/c/d}; the root is {@code /}. */
    @Override
    public String toString() {
        return "/" + String.join("/", segments);
    }
}
