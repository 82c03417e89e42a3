package io.firegate.e2e.differential;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.CollectionSelector;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import io.firegate.e2e.PlainFirestore;
import io.firegate.e2e.differential.PlainPolicy.Op;
import io.firegate.e2e.differential.PlainPolicy.Person;
import io.firegate.e2e.differential.PlainPolicy.Tier;
import io.firegate.e2e.differential.PlainPolicy.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A database with its policy and its documents, and copies of it that hold only what somebody may see. */
final class World {
    private static final StructuredQuery EVERYTHING = StructuredQuery.newBuilder()
            .addFrom(CollectionSelector.newBuilder().setAllDescendants(true))
            .build();

    /** So that no copy takes the name of one of a smaller world. */
    private static final AtomicInteger COPIES = new AtomicInteger();

    final String id;
    final PlainPolicy policy;
    final PlainFirestore admin;
    final PlainFirestore scratch;

    private final Map<String, Map<String, Value>> documents;
    private final Map<String, PlainFirestore> copies = new HashMap<>();
    private Map<String, Document> stored;

    /**
     * Writes the documents.
     *
     * @param admin of any database of the project
     */
    World(String id, PlainPolicy policy, Map<String, Map<String, Value>> documents, PlainFirestore admin) {
        this.id = id;
        this.policy = policy;
        this.documents = documents;
        String project = admin.database().substring(0, admin.database().indexOf("/databases/"));
        this.admin = admin.in(project + "/databases/" + id);
        this.scratch = admin.in(project + "/databases/" + id + "-scratch");
        this.stored = Map.of();
        restore();
    }

    static Map<String, Map<String, Value>> documents(RandomPolicies draw) {
        Map<String, Map<String, Value>> documents = new LinkedHashMap<>();
        for (String path : RandomPolicies.DOCUMENTS) {
            if (!draw.chance(5)) {
                documents.put(path, draw.document());
            }
        }
        return documents;
    }

    Map<String, Map<String, Value>> documents() {
        return documents;
    }

    /** Everything there is, by its path. */
    Map<String, Document> snapshot() {
        Map<String, Document> found = new TreeMap<>();
        for (Document document : admin.query(EVERYTHING)) {
            found.put(document.getName().substring(admin.root().length() + 1), document);
        }
        return found;
    }

    /** What is stored while nobody writes. */
    Map<String, Document> stored() {
        return stored;
    }

    static Map<String, Map<String, Value>> fields(Map<String, Document> documents) {
        Map<String, Map<String, Value>> fields = new TreeMap<>();
        documents.forEach((path, document) -> fields.put(path, document.getFieldsMap()));
        return fields;
    }

    /** Makes it again what it was. */
    void restore() {
        Map<String, Map<String, Value>> now = fields(snapshot());
        List<Write> writes = new ArrayList<>();
        now.keySet().stream()
                .filter(path -> !documents.containsKey(path))
                .forEach(path -> writes.add(
                        Write.newBuilder().setDelete(admin.name(path)).build()));
        documents.forEach((path, fields) -> {
            if (!fields.equals(now.get(path))) {
                writes.add(put(admin, path, fields));
            }
        });
        if (!writes.isEmpty()) {
            admin.commit(writes.toArray(new Write[0]));
        }
        stored = snapshot();
    }

    private static Write put(PlainFirestore database, String path, Map<String, Value> fields) {
        return Write.newBuilder()
                .setUpdate(Document.newBuilder().setName(database.name(path)).putAllFields(fields))
                .build();
    }

    /** A database with what a person may get, and nothing else. */
    PlainFirestore gettable(Person person) {
        return copies.computeIfAbsent(
                person + "-get",
                key -> copy(path -> {
                    if (policy.document(person, Op.GET, path) instanceof Verdict.Permitted(var tier, var rule)) {
                        return seen(person, tier, rule, path);
                    }
                    return Optional.empty();
                }));
    }

    /** A database with what a person may find in a tier by lists or by group queries. */
    PlainFirestore findable(Person person, Tier tier, Op op) {
        return copies.computeIfAbsent(
                person + "-" + tier.name() + "-" + op,
                key -> copy(
                        path -> PlainPolicy.decides(tier, op, path).flatMap(rule -> seen(person, tier, rule, path))));
    }

    private Optional<Map<String, Value>> seen(Person person, Tier tier, PlainPolicy.Rule rule, List<String> path) {
        return Optional.ofNullable(documents.get(String.join("/", path)))
                .filter(fields -> policy.holds(person, tier, rule, path, List.of(Optional.of(fields))))
                .map(fields -> rule.fields().visible(fields));
    }

    private PlainFirestore copy(java.util.function.Function<List<String>, Optional<Map<String, Value>>> seen) {
        PlainFirestore copy = admin.in(admin.database() + "-" + COPIES.incrementAndGet());
        List<Write> writes = new ArrayList<>();
        for (String path : documents.keySet()) {
            seen.apply(List.of(path.split("/"))).ifPresent(fields -> writes.add(put(copy, path, fields)));
        }
        if (!writes.isEmpty()) {
            copy.commit(writes.toArray(new Write[0]));
        }
        return copy;
    }
}
