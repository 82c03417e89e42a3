package io.firegate.policy.indexes;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A definition of an index. {@code Index} of the Firestore Admin API, in the words of {@code firestore.indexes.json}.
 *
 * @param collection the collection, or collection group
 * @param group whether it holds the collections of this id wherever they are
 * @param fields one for a single-field index, two or more for a composite one
 */
record Index(String collection, boolean group, List<Field> fields) {
    Index {
        fields = List.copyOf(fields);
    }

    /**
     * A field of it.
     *
     * @param path as Firestore writes it
     * @param direction null for the members of an array
     */
    record Field(String path, @Nullable Direction direction) {
        /** As people write it. */
        String describe() {
            return path + " " + (direction == null ? "CONTAINS" : direction.word());
        }
    }

    boolean isComposite() {
        return fields.size() > 1;
    }

    String scope() {
        return group ? "COLLECTION_GROUP" : "COLLECTION";
    }

    /** One line for a person. */
    String describe() {
        return (group ? "collection group " : "") + collection + ": "
                + fields.stream().map(Field::describe).collect(Collectors.joining(", "));
    }
}
