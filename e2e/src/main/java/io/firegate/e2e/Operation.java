package io.firegate.e2e;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One call of the official client, as data. Paths are relative to the database: {@code patients/p1}. */
public sealed interface Operation {
    /** A call that changes one document; these can stand in a {@link Batch}. */
    sealed interface Change extends Operation {
        /** The document. */
        String path();
    }

    /** {@code DocumentReference.get}. */
    record Get(String path) implements Operation {}

    /** {@code Firestore.getAll}; {@code fields} is the field mask, empty for all. */
    record GetAll(List<String> paths, List<String> fields) implements Operation {}

    /**
     * {@code Query.get}.
     *
     * @param from a collection path, or a collection id when {@code group}
     * @param group whether it is a collection group query
     * @param where field, operator and value of each filter, all of which must hold
     * @param orderBy field and {@code asc} or {@code desc}
     * @param startAt cursor values
     * @param select fields, empty for all
     * @param limit 0 for none
     * @param offset 0 for none
     */
    record Query(
            String from,
            boolean group,
            List<Filter> where,
            List<Order> orderBy,
            List<?> startAt,
            List<String> select,
            int limit,
            int offset)
            implements Operation {
        /** All documents of a collection. */
        static Query all(String collection) {
            return new Query(collection, false, List.of(), List.of(), List.of(), List.of(), 0, 0);
        }
    }

    /** One filter: {@code op} is one of {@code == != < <= > >= in not-in array-contains array-contains-any}. */
    record Filter(String field, String op, @Nullable Object value) {}

    /** One order. */
    record Order(String field, boolean descending) {}

    /** {@code DocumentReference.set}; {@code merge} keeps the fields that are not named. */
    record Put(String path, Map<String, @Nullable Object> data, boolean merge) implements Change {}

    /** {@code DocumentReference.create}: fails on a document that exists. */
    record Create(String path, Map<String, @Nullable Object> data) implements Change {}

    /** {@code DocumentReference.update}: fails on a document that does not exist. */
    record Update(String path, Map<String, @Nullable Object> data) implements Change {}

    /** {@code DocumentReference.delete}. */
    record Delete(String path) implements Change {}

    /** {@code WriteBatch.commit}: all changes or none. */
    record Batch(List<Change> changes) implements Operation {}
}
