package io.firegate.e2e.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.StructuredAggregationQuery.Aggregation;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Write;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.PlainFirestore;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.firestore.rows.Projection;
import io.firegate.firestore.rows.RowQuery;
import io.firegate.firestore.rows.StoredDocument;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.RowPredicate;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Holds the two readings of a condition against each other: what the emulator returns for the pressed filter is what the interpreter
 * permits. {@code -Drows.seeds=1000} draws more, {@code -Drows.first=7} begins elsewhere.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RowFilterPropertyTest {
    private static final int CASES_PER_SEED = 25;

    private static final Aggregation COUNT = Aggregation.newBuilder()
            .setCount(Aggregation.Count.getDefaultInstance())
            .build();

    private final DatabaseName database =
            new DatabaseName("rows-" + UUID.randomUUID().toString().substring(0, 8), "(default)");
    private final long first = Long.getLong("rows.first", 1);
    private final long seeds = Long.getLong("rows.seeds", 16);

    private PlainFirestore emulator;

    /** A condition, a client's query over documents of one seed, and what came of both. */
    private record Case(long seed, int number, RowPredicate condition, StructuredQuery query) {}

    @BeforeAll
    void start() {
        emulator = new PlainFirestore(GatewayHarness.emulator().endpoint(), "owner", database.resourceName());
    }

    @AfterAll
    void stop() {
        emulator.close();
    }

    private void write(List<Document> documents) {
        emulator.commit(documents.stream()
                .map(document -> Write.newBuilder().setUpdate(document).build())
                .toArray(Write[]::new));
    }

    @Test
    void whatIsPressedIsWhatIsPermitted() {
        int judged = 0;
        int some = 0;
        for (long seed = first; seed < first + seeds; seed++) {
            RandomRows draw = new RandomRows(seed, emulator.root());
            String collection = "c" + seed;
            write(draw.documents(collection));
            for (int i = 0; i < CASES_PER_SEED; i++) {
                StructuredQuery query = draw.query(collection);
                Case each = new Case(seed, i, draw.condition(2), query);
                StructuredQuery limited = draw.limited(query);
                RowQuery target = RowQuery.over(database, new Resource.Collection(ResourcePath.ROOT, collection));
                if (target.narrow(limited, each.condition) instanceof RowQuery.Outcome.Narrowed(var narrowed)) {
                    List<Document> permitted = permitted(each, limited);
                    judged++;
                    some += permitted.isEmpty() ? 0 : 1;
                    List<Document> found = found(each, narrowed);
                    if (!names(found).equals(names(permitted))) {
                        throw new AssertionError(explain(target, each, found, permitted));
                    }
                    count(target, each, limited, permitted.size());
                }
            }
        }
        // A test that draws nothing, or only conditions nothing meets, tests nothing.
        assertThat(judged).isGreaterThan((int) (seeds * CASES_PER_SEED / 2));
        assertThat(some).isGreaterThan(judged / 8);
    }

    private void count(RowQuery target, Case each, StructuredQuery limited, int permitted) {
        if (target.narrow(limited, each.condition, List.of(COUNT)) instanceof RowQuery.Outcome.Narrowed(var counted)) {
            assertThat(emulator.count(counted, COUNT)).as(each.toString()).isEqualTo(permitted);
        }
    }

    private List<Document> permitted(Case each, StructuredQuery limited) {
        List<Document> permitted = new ArrayList<>();
        for (Document document : emulator.query(each.query)) {
            if (each.condition.permits(new StoredDocument(document))
                    && (!limited.hasLimit()
                            || permitted.size() < limited.getLimit().getValue())) {
                permitted.add(document);
            }
        }
        return permitted;
    }

    private List<Document> found(Case each, StructuredQuery narrowed) {
        try {
            return emulator.query(narrowed);
        } catch (StatusRuntimeException e) {
            throw new AssertionError(each + " is refused: " + narrowed, e);
        }
    }

    /** The smallest part of the condition, and a document, on which the two differ. */
    private String explain(RowQuery target, Case each, List<Document> found, List<Document> permitted) {
        StructuredQuery plain =
                each.query.toBuilder().clearWhere().clearOrderBy().build();
        List<Document> all = emulator.query(plain);
        RowPredicate smallest = each.condition;
        Document witness = null;
        List<RowPredicate> left = new ArrayList<>(List.of(each.condition));
        while (!left.isEmpty()) {
            RowPredicate part = left.remove(0);
            if (target.narrow(plain, part) instanceof RowQuery.Outcome.Narrowed(var narrowed)) {
                List<String> returned = names(emulator.query(narrowed));
                for (Document document : all) {
                    if (returned.contains(document.getName()) != part.permits(new StoredDocument(document))) {
                        smallest = part;
                        witness = document;
                        left.clear();
                    }
                }
            }
            if (part.equals(smallest)) {
                switch (part) {
                    case RowPredicate.And and -> left.addAll(and.parts());
                    case RowPredicate.Or or -> left.addAll(or.parts());
                    default -> {
                        // Nothing smaller.
                    }
                }
            }
        }
        return each + "\n  found     " + names(found) + "\n  permitted " + names(permitted) + "\n  smallest  "
                + smallest + "\n  document  "
                + Objects.requireNonNullElse(witness, "none: it takes the client's query as well");
    }

    private static List<String> names(List<Document> documents) {
        return documents.stream().map(Document::getName).toList();
    }

    @Test
    void whatIsCutOffIsWhatAMaskHides() throws InvalidProtocolBufferException {
        for (long seed = first; seed < first + seeds; seed++) {
            RandomRows draw = new RandomRows(seed, emulator.root());
            List<Document> documents = draw.documents("m" + seed);
            write(documents);
            for (Document document : documents) {
                List<String> mask =
                        draw.paths().stream().map(FieldPath::toString).toList();
                List<FieldPath> needed = draw.paths();
                Projection shown = Objects.requireNonNull(Projection.of(mask));

                Document masked = emulator.get(document.getName(), mask);
                Document widened = emulator.get(document.getName(), shown.with(needed));
                DocumentBytes read = Objects.requireNonNull(DocumentBytes.of(widened.toByteArray()));
                assertThat(Document.parseFrom(VisibleFields.only(shown.paths()).redact(read)))
                        .as("seed %s, mask %s, needed %s, %s", seed, mask, needed, document)
                        .isEqualTo(masked);
                for (FieldPath field : needed) {
                    assertThat(read.value(field)).isEqualTo(new StoredDocument(document).value(field));
                }
            }
        }
    }
}
