package io.firegate.firestore.enforce;

import io.firegate.policy.DatabaseName;
import io.firegate.policy.ResourcePath;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Resource names of a request, read from its bytes: the database they are in and the path below it.
 *
 * <p>A name is compared byte by byte and taken apart at its slashes, exactly as Firestore does over gRPC: nothing is decoded,
 * folded or normalised. Remembers the last database, because nearly every request is for the same one; safe for any thread.
 */
final class Names {
    /** Longest name Firestore accepts, 6 KiB (vendor page "Quotas and limits"). */
    static final int NAME_BYTES_MAX = 6 * 1024;

    private static final String PROJECTS = "projects/";
    private static final String DATABASES = "/databases/";
    private static final String DOCUMENTS = "/documents";
    private static final String DEFAULT_DATABASE = "(default)";
    /** Project ids have up to 30 characters, with a domain before them more; database ids up to 63 (vendor documentation). */
    private static final int ID_CHARS_MAX = 128;

    /** Racy on purpose: the object is immutable, and losing it costs one parse. */
    private @Nullable Database last;

    /** A database and the bytes its names start with. */
    static final class Database {
        private final DatabaseName name;
        /** {@code projects/P/databases/D/documents}. */
        private final byte[] root;

        private Database(DatabaseName name) {
            this.name = name;
            this.root = (name.resourceName() + DOCUMENTS).getBytes(StandardCharsets.UTF_8);
        }

        DatabaseName name() {
            return name;
        }

        /** Whether the name is the root of this database or lies below it. */
        boolean holds(byte[] data, int start, int end) {
            int rootEnd = start + root.length;
            return end >= rootEnd
                    && Arrays.equals(data, start, rootEnd, root, 0, root.length)
                    && (end == rootEnd || data[rootEnd] == '/');
        }

        /**
         * The path of a document of this database.
         *
         * @return null when it is not one Firestore could store, or the name is the root's; the name must be in this database
         */
        @Nullable
        ResourcePath document(byte[] data, int start, int end) {
            ResourcePath path = parent(data, start, end);
            return path == null || path.isRoot() ? null : path;
        }

        /** As {@link #document}, with the root allowed. */
        @Nullable
        ResourcePath parent(byte[] data, int start, int end) {
            int rootEnd = start + root.length;
            if (end - start > NAME_BYTES_MAX) {
                return null;
            }
            if (end == rootEnd) {
                return ResourcePath.ROOT;
            }
            int length = end - rootEnd - 1;
            // The empty text would be the root again: `.../documents/` is not a name.
            return length == 0
                    ? null
                    : ResourcePath.parse(new String(data, rootEnd + 1, length, StandardCharsets.UTF_8))
                            .orElse(null);
        }

        /**
         * Whether the name can be compared with names of this database: pairs of ids that are not empty and climb nowhere.
         *
         * <p>A comparison reaches nothing, and official clients compare with names that cannot exist: Node's recursiveDelete
         * bounds a collection by {@code c/__id-9223372036854775808__} and {@code c\0/__id-9223372036854775808__}.
         */
        boolean comparable(byte[] data, int start, int end) {
            if (end - start > NAME_BYTES_MAX) {
                return false;
            }
            int segments = 0;
            for (int at = start + root.length; at < end; segments++) {
                int from = at + 1;
                at = from;
                while (at < end && data[at] != '/') {
                    at++;
                }
                if (at == from || isDots(data, from, at)) {
                    return false;
                }
            }
            return segments > 0 && segments % 2 == 0;
        }

        private static boolean isDots(byte[] data, int from, int to) {
            return to - from <= 2 && data[from] == '.' && data[to - 1] == '.';
        }
    }

    /** The database of a {@code database} field; null when it is not {@code projects/P/databases/D}. */
    @Nullable
    Database database(byte[] data, int start, int end) {
        Database known = last;
        int length = end - start;
        if (known != null
                && known.root.length == length + DOCUMENTS.length()
                && Arrays.equals(data, start, end, known.root, 0, length)) {
            return known;
        }
        return length > NAME_BYTES_MAX ? null : parse(new String(data, start, length, StandardCharsets.UTF_8));
    }

    /** The database a document's or parent's name starts with; null when it does not start with one. */
    @Nullable
    Database databaseOf(byte[] data, int start, int end) {
        Database known = last;
        if (known != null && known.holds(data, start, end)) {
            return known;
        }
        if (end - start > NAME_BYTES_MAX) {
            return null;
        }
        String name = new String(data, start, end - start, StandardCharsets.UTF_8);
        // Neither id can hold a slash, so the fifth segment is where the documents begin.
        int cut = 0;
        for (int slashes = 0; slashes < 4; slashes++) {
            cut = name.indexOf('/', cut) + 1;
            if (cut == 0) {
                return null;
            }
        }
        boolean documents = name.startsWith(DOCUMENTS, cut - 1)
                && (name.length() == cut - 1 + DOCUMENTS.length() || name.charAt(cut - 1 + DOCUMENTS.length()) == '/');
        return documents ? parse(name.substring(0, cut - 1)) : null;
    }

    /** What is wrong with a name that is not in the database of its request. */
    RequestProblem outside(byte[] data, int start, int end) {
        return databaseOf(data, start, end) == null ? RequestProblem.BAD_NAME : RequestProblem.FOREIGN_DATABASE;
    }

    private @Nullable Database parse(String name) {
        int databases = name.indexOf(DATABASES, PROJECTS.length());
        if (!name.startsWith(PROJECTS) || databases < 0) {
            return null;
        }
        String project = name.substring(PROJECTS.length(), databases);
        String id = name.substring(databases + DATABASES.length());
        if (!isId(project) || !(id.equals(DEFAULT_DATABASE) || isId(id))) {
            return null;
        }
        Database parsed = new Database(new DatabaseName(project, id));
        last = parsed;
        return parsed;
    }

    /**
     * Letters, digits and {@code - _ . :}, the first one a letter or digit: all a project or database id may hold (domain projects
     * have a colon and dots), and nothing that would mean something in a routing header.
     */
    private static boolean isId(String id) {
        if (id.isEmpty() || id.length() > ID_CHARS_MAX || !isLetterOrDigit(id.charAt(0))) {
            return false;
        }
        for (int i = 1; i < id.length(); i++) {
            char c = id.charAt(i);
            if (!isLetterOrDigit(c) && c != '-' && c != '_' && c != '.' && c != ':') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
