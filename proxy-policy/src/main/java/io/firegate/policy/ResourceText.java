package io.firegate.policy;

import java.util.Optional;

/**
 * A resource as a person writes it, and as {@link Resource} prints it: {@code /patients/p1} is a document, {@code /patients} a
 * collection, {@code /**}{@code /vitals} every collection of an id, and a star in place of the id stands for every id.
 */
public final class ResourceText {
    private static final String DEEP = "/**/";

    private ResourceText() {}

    /** The resource an operation would touch; empty when the text is none of the kind it needs. */
    public static Optional<Resource> read(Operation operation, String text) {
        if (!text.startsWith("/")) {
            return Optional.empty();
        }
        return switch (operation) {
            case GET, CREATE, UPDATE, DELETE, UPSERT ->
                path(text).filter(path -> !path.isRoot()).map(Resource.Document::new);
            case COLLECTIONS -> path(text).map(Resource.CollectionIds::new);
            case LIST -> {
                int last = text.lastIndexOf('/');
                yield collection(text.substring(last + 1))
                        .flatMap(
                                id -> path(text.substring(0, last)).map(parent -> new Resource.Collection(parent, id)));
            }
            case GROUP -> {
                int deep = text.indexOf(DEEP);
                yield deep < 0
                        ? Optional.empty()
                        : collection(text.substring(deep + DEEP.length()))
                                .flatMap(id ->
                                        path(text.substring(0, deep)).map(parent -> new Resource.Group(parent, id)));
            }
        };
    }

    /** What an operation needs, with an example. */
    public static String form(Operation operation) {
        return switch (operation) {
            case GET, CREATE, UPDATE, DELETE, UPSERT -> "a document such as /patients/p1";
            case COLLECTIONS -> "a document such as /patients/p1, or / for the root";
            case LIST -> "a collection such as /patients or /patients/p1/vitals";
            case GROUP -> "a collection at any depth, such as /**/vitals or /patients/p1/**/vitals";
        };
    }

    private static Optional<ResourcePath> path(String text) {
        return ResourcePath.parse(text.startsWith("/") ? text.substring(1) : text);
    }

    private static Optional<String> collection(String id) {
        return id.equals("*") ? Optional.of("") : Optional.of(id).filter(ResourcePath::isLegalId);
    }
}
