package io.firegate.e2e.streams;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.DocumentTransform.FieldTransform;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.CollectionSelector;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import io.firegate.e2e.PlainFirestore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The documents of the soak and who may see which: two wards, a count in each document, and a field that nobody may see. */
final class SoakWard {
    /** Sees ward A, whatever is reloaded. */
    static final String STEADY = "owner";
    /** Sees the one ward or the other, as the policy of the moment says. */
    static final String MOVED = "reader";
    /** Sees nothing. */
    static final String OUTSIDER = "outsider";

    static final String COLLECTION = "patients";
    static final int PER_WARD = 25;

    private static final String POLICY = """
            version: 1
            tiers:
              ward:
                databases: ["PROJECT/(default)"]
                credential: local
                rules:
                  - id: rows
                    path: "/patients/{p}"
                    allow: [get, list, update]
                    where: doc.ward in grant.ward
                    fields: { hide: [secret] }
            bindings:
              - { tier: ward, groups: [5b1f0a52-0000-4000-8000-0000000000e1], grant: { ward: A } }
              - { tier: ward, groups: [5b1f0a52-0000-4000-8000-0000000000e2], grant: { ward: WARD } }
            # Read NUMBER times.
            """;

    private SoakWard() {}

    /** Of each turn another policy: in every other one {@link #MOVED} changes its ward, for {@link #STEADY} they all say the same. */
    static String policy(int turn) {
        return POLICY.replace("WARD", turn % 4 < 2 ? "A" : "B").replace("NUMBER", Integer.toString(turn));
    }

    static void fill(PlainFirestore admin) {
        List<Write> writes = new ArrayList<>();
        for (String ward : List.of("A", "B")) {
            for (int i = 0; i < PER_WARD; i++) {
                writes.add(Write.newBuilder()
                        .setUpdate(Document.newBuilder()
                                .setName(admin.name(path(ward, i)))
                                .putFields("ward", text(ward))
                                .putFields("secret", text("nobody"))
                                .putFields("about", text("x".repeat(500))))
                        .build());
            }
        }
        admin.commit(writes.toArray(Write[]::new));
    }

    static String path(String ward, int number) {
        return COLLECTION + "/" + ward + number;
    }

    static StructuredQuery all() {
        return StructuredQuery.newBuilder()
                .addFrom(CollectionSelector.newBuilder().setCollectionId(COLLECTION))
                .build();
    }

    /** The counts of a ward as they are stored. */
    static NavigableMap<String, Long> stored(PlainFirestore admin, String ward) {
        NavigableMap<String, Long> counts = new TreeMap<>();
        for (Document document : admin.query(all())) {
            String id = document.getName().substring(document.getName().lastIndexOf('/') + 1);
            if (id.startsWith(ward)) {
                counts.put(
                        id,
                        document.getFieldsOrDefault("n", Value.getDefaultInstance())
                                .getIntegerValue());
            }
        }
        return counts;
    }

    /** Counts a document up. */
    static Write increment(String name) {
        return Write.newBuilder()
                .setUpdate(Document.newBuilder().setName(name))
                .setUpdateMask(DocumentMask.getDefaultInstance())
                .addUpdateTransforms(FieldTransform.newBuilder()
                        .setFieldPath("n")
                        .setIncrement(Value.newBuilder().setIntegerValue(1)))
                .build();
    }

    /** The counts, by id, of documents that are all of one ward. Anything that may not be seen is an error. */
    static NavigableMap<String, Long> counts(Collection<Document> documents) {
        NavigableMap<String, Long> counts = new TreeMap<>();
        for (Document document : documents) {
            String id = document.getName().substring(document.getName().lastIndexOf('/') + 1);
            Map<String, Value> fields = document.getFieldsMap();
            if (fields.containsKey("secret")) {
                throw new IllegalStateException("the secret of " + id + " is shown");
            }
            Value count = fields.get("n");
            counts.put(id, count == null ? 0 : count.getIntegerValue());
        }
        mustBeOneWard(counts);
        return counts;
    }

    /** All of the ward of the first, or nothing at all. */
    static void mustBeOneWard(NavigableMap<String, Long> counts) {
        if (!counts.isEmpty() && counts.firstKey().charAt(0) != counts.lastKey().charAt(0)) {
            throw new IllegalStateException("documents of two wards: " + counts.keySet());
        }
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }
}
