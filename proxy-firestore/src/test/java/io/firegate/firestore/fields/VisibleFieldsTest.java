package io.firegate.firestore.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.condition.FieldPath;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class VisibleFieldsTest {
    private static final int RANDOM_PAIRS = 10_000;

    @SuppressWarnings("unchecked") // a file of another shape fails in the accessors
    static List<Map<String, Object>> cases() {
        return (List<Map<String, Object>>)
                new Load(LoadSettings.builder().build()).loadFromString(TestDocuments.resource("redaction-cases.yaml"));
    }

    private static FieldMask mask(Map<String, Object> fields) {
        boolean shows = fields.containsKey("show");
        List<String> paths = ((List<?>) get(fields, shows ? "show" : "hide"))
                .stream().map(String.class::cast).toList();
        return shows ? TestDocuments.show(paths) : TestDocuments.hide(paths);
    }

    private static byte[] bytes(VisibleFields visible, Document document) {
        return visible.redact(Objects.requireNonNull(DocumentBytes.of(document.toByteArray())));
    }

    private static Document seen(VisibleFields visible, Document document) {
        try {
            return Document.parseFrom(bytes(visible, document));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("no document is left", e);
        }
    }

    private static Object get(Map<String, Object> fields, String key) {
        return Objects.requireNonNull(fields.get(key), key);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aDocumentShowsWhatItsReaderMaySee(Map<String, Object> fields) {
        VisibleFields visible = VisibleFields.of(mask(fields));
        Document stored = TestDocuments.document((Map<?, ?>) get(fields, "stored"));
        Document seen = TestDocuments.document((Map<?, ?>) get(fields, "seen"));
        assertThat(seen(visible, stored)).isEqualTo(seen);
        assertThat(seen(visible, seen)).isEqualTo(seen);
    }

    @Test
    void nameAndTimesStay() {
        Document stored = Document.newBuilder()
                .setName("projects/p/databases/d/documents/c/x")
                .setCreateTime(Timestamp.newBuilder().setSeconds(1))
                .setUpdateTime(Timestamp.newBuilder().setSeconds(2))
                .putFields("ssn", TestDocuments.value(1))
                .build();
        assertThat(seen(VisibleFields.of(TestDocuments.hide(List.of("ssn"))), stored))
                .isEqualTo(stored.toBuilder().clearFields().build());
        assertThat(seen(VisibleFields.of(TestDocuments.show(List.of())), Document.getDefaultInstance()))
                .isEqualTo(Document.getDefaultInstance());
    }

    @Test
    void withoutAMaskADocumentIsLeftAlone() {
        Document stored = TestDocuments.document(Map.of("a", Map.of("b", List.of())));
        assertThat(bytes(VisibleFields.of(FieldMask.AllFields.INSTANCE), stored))
                .isEqualTo(stored.toByteArray());
    }

    @Test
    void aPathIsShownWhollyInPartOrNot() {
        VisibleFields hidden = VisibleFields.of(TestDocuments.hide(List.of("a.b")));
        VisibleFields shown = VisibleFields.of(TestDocuments.show(List.of("a.b")));
        record Case(String path, boolean hiddenShows, boolean hiddenHides, boolean shownShows, boolean shownHides) {}
        for (Case c : List.of(
                new Case("a", false, false, false, false),
                new Case("a.b", false, true, true, false),
                new Case("a.b.c", false, true, true, false),
                new Case("a.c", true, false, false, true),
                new Case("b", true, false, false, true),
                new Case("__name__", true, false, true, false),
                new Case("a.__name__", true, false, false, true))) {
            FieldPath path = FieldPath.parse(c.path()).orElseThrow();
            assertThat(new Case(c.path(), hidden.shows(path), hidden.hides(path), shown.shows(path), shown.hides(path)))
                    .isEqualTo(c);
            assertThat(hidden.touches(path)).isNotEqualTo(hidden.shows(path));
        }
    }

    /** The bar of no inference: what differs only in what is hidden is answered in the same bytes. */
    @Test
    void documentsThatDifferInWhatIsHiddenLookTheSame() {
        RandomDocuments random = new RandomDocuments(new Random(4));
        int different = 0;
        for (int i = 0; i < RANDOM_PAIRS; i++) {
            List<FieldPath> hidden = random.paths();
            Map<String, Object> one = random.fields();
            Map<String, Object> other = random.withOtherHidden(one, hidden);
            VisibleFields visible = VisibleFields.of(new FieldMask.Hidden(hidden));
            assertThat(bytes(visible, TestDocuments.document(one)))
                    .as("%s without %s, and %s", one, hidden, other)
                    .isEqualTo(bytes(visible, TestDocuments.document(other)));
            different += one.equals(other) ? 0 : 1;
        }
        assertThat(different).isGreaterThan(RANDOM_PAIRS / 4);
    }
}
