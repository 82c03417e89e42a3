package io.firegate.firestore.fields;

import com.google.firestore.v1.DocumentMask;
import io.firegate.policy.condition.FieldPath;
import java.util.List;

/** What becomes of a write to a document of which the writer may not see or change every field. */
public sealed interface FieldVerdict {
    /** It goes on as it came. */
    enum AsItStands implements FieldVerdict {
        INSTANCE
    }

    /**
     * It goes on with this update mask in place of its own or of none.
     *
     * @param paths may be empty, which touches nothing and is not the same as no mask
     */
    record Masked(List<FieldPath> paths) implements FieldVerdict {
        public Masked {
            paths = List.copyOf(paths);
        }

        /** As the request says it. */
        public DocumentMask mask() {
            DocumentMask.Builder mask = DocumentMask.newBuilder();
            for (FieldPath path : paths) {
                mask.addFieldPaths(path.toString());
            }
            return mask.build();
        }
    }

    /** It depends on what is stored: read it, judge by it, and pin what was read. */
    enum NeedsStored implements FieldVerdict {
        INSTANCE
    }

    /** It writes a field it may not. */
    record Refused(Cause cause, NamedField field) implements FieldVerdict {}

    /** Why it may not. */
    enum Cause {
        /** The field does not exist for the caller, or something below it does not. */
        HIDDEN,
        /** The field must stay as it is. */
        READONLY
    }
}
