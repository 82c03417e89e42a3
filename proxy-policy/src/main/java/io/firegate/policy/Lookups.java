package io.firegate.policy;

import io.firegate.policy.condition.ConditionReader;
import io.firegate.policy.condition.DocumentView;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The documents that conditions look up, as far as somebody has read them: all at one moment, that of the request they are for.
 * Immutable; says nothing of what they hold.
 */
public final class Lookups {
    /** Most documents one request looks up: they are read before anything else is. The sentence of {@link DenyReason#LOOKUPS} says it. */
    public static final int DOCUMENTS_MAX = ConditionReader.LOOKUPS_MAX;

    /** Nothing has been read. */
    public static final Lookups NONE = new Lookups(Map.of());

    private final Map<ResourcePath, Optional<DocumentView>> read;

    private Lookups(Map<ResourcePath, Optional<DocumentView>> read) {
        this.read = Map.copyOf(read);
    }

    /** What has been read; empty is a document that is missing. */
    public static Lookups of(Map<ResourcePath, Optional<DocumentView>> read) {
        return new Lookups(read);
    }

    /** Whether somebody has looked for a document. */
    boolean hasRead(ResourcePath path) {
        return read.containsKey(path);
    }

    /** Whether a document has been read and is there. */
    boolean isThere(ResourcePath path) {
        return read.getOrDefault(path, Optional.empty()).isPresent();
    }

    /** A field of a document that has been read; null when it or the document is missing. */
    @Nullable
    PolicyValue value(ResourcePath path, FieldPath field) {
        return read.getOrDefault(path, Optional.empty())
                .map(document -> document.value(field))
                .orElse(null);
    }

    @Override
    public String toString() {
        return read.size() + " documents looked up";
    }
}
