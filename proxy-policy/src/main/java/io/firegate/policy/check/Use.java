package io.firegate.policy.check;

import io.firegate.policy.condition.FieldPath;
import java.util.List;

/**
 * One place of a check where a document is looked at.
 *
 * @param old whether it is the document before the write
 * @param path the field; empty for the document as a whole
 * @param kind what is asked of it
 */
record Use(boolean old, List<String> path, Kind kind) {
    Use {
        path = List.copyOf(path);
    }

    /** What is asked of what stands there. */
    enum Kind {
        /** Whether it is there. */
        PRESENCE,
        /** Whether it is the time of the write: {@code doc.f == now}. */
        NOW,
        /** Anything else. */
        VALUE
    }

    /** Whether what it asks is known of a document in which a field holds the time Firestore will write it at. */
    boolean isKnownBesides(FieldPath clocked) {
        if (kind == Kind.PRESENCE) {
            return true;
        }
        if (path.isEmpty()) {
            return false;
        }
        FieldPath field = new FieldPath(path);
        return !field.meets(clocked) || (kind == Kind.NOW && field.equals(clocked));
    }
}
