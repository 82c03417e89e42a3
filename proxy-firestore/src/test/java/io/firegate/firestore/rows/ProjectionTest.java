package io.firegate.firestore.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.firestore.fields.TestDocuments;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.policy.condition.FieldPath;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is read for a mask that must be widened, and what is left of it. */
class ProjectionTest {
    private static Projection of(String... paths) {
        return Objects.requireNonNull(Projection.of(List.of(paths)));
    }

    private static List<FieldPath> paths(String... paths) {
        return List.of(paths).stream()
                .map(path -> FieldPath.parse(path).orElseThrow())
                .toList();
    }

    @Test
    void namesThatFirestoreKeepsAreNoFields() {
        assertThat(Projection.of(List.of("a", "____"))).isNull();
        assertThat(Projection.of(List.of("a.__x__"))).isNull();
        assertThat(Projection.of(List.of("a..b"))).isNull();
        assertThat(of("___", "a", "__name__").with(List.of())).containsExactly("___", "a");
    }

    @Test
    void aMaskIsWidenedByWhatItDoesNotHold() {
        assertThat(of("a", "b").with(paths("a"))).containsExactly("a", "b");
        assertThat(of("a.b", "c").with(paths("a", "c.d"))).containsExactly("c", "a");
        assertThat(of().with(paths("a", "a"))).containsExactly("a");
        assertThat(of("a", "b").holds(paths("a.x", "b"))).isTrue();
        assertThat(of("a.x", "b").holds(paths("b", "a"))).isFalse();
    }

    @Test
    void itHasAThousandPathsAtMost() {
        assertThat(Projection.isTooLong(1000)).isFalse();
        assertThat(Projection.isTooLong(1001)).isTrue();
    }

    @Test
    void whatWasNotAskedForIsCutOff() throws InvalidProtocolBufferException {
        Map<String, Object> vector = Map.of("__type__", "__vector__", "value", List.of(1.5));
        Document document = TestDocuments.document(Map.of(
                "a", Map.of("x", 1, "y", 2), "b", 3, "c", Map.of("x", Map.of("y", 1)), "l", List.of(1), "v", vector));

        assertThat(cut(of("a.x", "b.x", "c.x.z", "l", "v.value", "none"), document))
                .isEqualTo(TestDocuments.document(Map.of("a", Map.of("x", 1), "l", List.of(1))));
        assertThat(cut(of("a", "a.x", "v"), document))
                .isEqualTo(TestDocuments.document(Map.of("a", Map.of("x", 1, "y", 2), "v", vector)));
        assertThat(cut(of(), document)).isEqualTo(Document.getDefaultInstance());
    }

    private static Document cut(Projection wanted, Document document) throws InvalidProtocolBufferException {
        DocumentBytes bytes = Objects.requireNonNull(DocumentBytes.of(document.toByteArray()));
        return Document.parseFrom(VisibleFields.only(wanted.paths()).redact(bytes));
    }
}
