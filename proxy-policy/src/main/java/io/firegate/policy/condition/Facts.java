package io.firegate.policy.condition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything a condition may ask for but the document: one caller, one grant tuple, one request. */
public interface Facts {
    /** What the token says of the caller; null when it says nothing of the kind. */
    @Nullable
    PolicyValue caller(Operand.Attribute attribute);

    /** The value of a claim; null when the token has none of the name. One with several values is an {@link PolicyValue.Array}. */
    @Nullable
    PolicyValue claim(String name);

    /** The set a grant gives; null when the tuple has none of the name. */
    @Nullable
    List<PolicyValue> grant(String name);

    /** What the request says of a variable of the path. */
    Variable variable(String name);

    /** What is known of a field of another document. */
    LookedUp lookup(Operand.Lookup lookup);

    /** What is known of a field of another document. */
    sealed interface LookedUp {
        /** The document was read, and this is there. */
        record Found(PolicyValue value) implements LookedUp {}

        /** There is none: the document or the field is missing, or something its path needs. */
        enum Missing implements LookedUp {
            INSTANCE
        }

        /** The request leaves a variable of its path open. */
        record Open(String variable) implements LookedUp {}

        /**
         * Nobody has read the document yet.
         *
         * @param document its path, as {@code /patients/p1}
         */
        record Unread(String document) implements LookedUp {}
    }

    /** What is known of a path variable. */
    sealed interface Variable {
        /** The request's path has it. */
        record Bound(String id) implements Variable {}

        /** It is the id of each document of the queried collection. */
        enum DocumentId implements Variable {
            INSTANCE
        }

        /** The request leaves it open. */
        enum Open implements Variable {
            INSTANCE
        }
    }
}
