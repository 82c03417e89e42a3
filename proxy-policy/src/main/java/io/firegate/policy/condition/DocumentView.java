package io.firegate.policy.condition;

import org.jspecify.annotations.Nullable;

/** A document a condition is judged on. */
public interface DocumentView {
    /** The value at a path, or null when there is none: a field is missing, or something above it is no map. */
    @Nullable
    PolicyValue value(FieldPath path);

    /** The last segment of the document's name. */
    String id();
}
