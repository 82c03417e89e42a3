package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.Value;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.firestore.enforce.DocumentExaminer.In;
import io.firegate.firestore.enforce.DocumentExaminer.Judged;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.policy.condition.FieldPath;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DocumentExaminerTest {
    private static final VisibleFields WANTED = only("a", "b");

    private static VisibleFields only(String... names) {
        return VisibleFields.only(List.of(names).stream().map(FieldPath::of).toList());
    }

    /** The mask of a client may have a thousand paths, and one call may ask for as many documents of two kinds by turns. */
    @Test
    void whatIsVisibleInBothIsWorkedOutOnceForAllDocuments() {
        Map<String, VisibleFields> visible = Map.of("x", only("a"), "y", only("b"));
        DocumentExaminer both = Objects.requireNonNull(new FieldsExaminer(In.BATCH_GET, WANTED)
                .thenOfSame(new FieldsExaminer(In.BATCH_GET, document -> visible.get(document.name()))));

        VisibleFields x = shown(both, "x");
        VisibleFields y = shown(both, "y");

        assertThat(x).isNotEqualTo(y);
        assertThat(shown(both, "x")).isSameAs(x);
        assertThat(shown(both, "y")).isSameAs(y);
    }

    @Test
    void onlyWhatBothShowIsShown() throws InvalidProtocolBufferException {
        Document.Builder document = Document.newBuilder();
        for (String name : List.of("a", "b", "c")) {
            document.putFields(name, Value.getDefaultInstance());
        }
        FieldsExaminer wanted = new FieldsExaminer(In.GET, WANTED);
        FieldsExaminer visible = new FieldsExaminer(In.GET, only("b", "c"));

        for (DocumentExaminer both : Arrays.asList(wanted.thenOfSame(visible), visible.thenOfSame(wanted))) {
            assertThat(Document.parseFrom(sent(both, document.build().toByteArray()))
                            .getFieldsMap())
                    .containsOnlyKeys("b");
        }
    }

    /** What nobody has judged passes when neither cuts fields, and not when one does, even where it leaves a document whole. */
    @Test
    void whatIsNotKnownPassesBothOrNone() {
        byte[] unknown = {0x28, 1};

        assertThat(sent(new Letting().thenOfSame(new Letting()), unknown)).isEqualTo(unknown);
        assertThat(sent(new Letting().thenOfSame(new FieldsExaminer(In.GET, VisibleFields.ALL)), unknown))
                .isEmpty();
        assertThat(sent(new FieldsExaminer(In.GET, VisibleFields.ALL).thenOfSame(new Letting()), unknown))
                .isEmpty();
    }

    /** Shows everything, and what it does not know. */
    private static final class Letting extends DocumentExaminer {
        Letting() {
            super(In.GET);
        }

        @Override
        Judged judge(DocumentBytes document) {
            return new Judged.Shown(VisibleFields.ALL);
        }

        @Override
        boolean letsUnknownPass() {
            return true;
        }
    }

    private static byte[] sent(@Nullable DocumentExaminer both, byte[] message) {
        Examined examined = Objects.requireNonNull(both).examine(message);
        assertThat(examined).isInstanceOf(Examined.Send.class);
        return ((Examined.Send) examined).message();
    }

    private static VisibleFields shown(DocumentExaminer examiner, String name) {
        byte[] document = Document.newBuilder().setName(name).build().toByteArray();
        Judged judged = examiner.judge(Objects.requireNonNull(DocumentBytes.of(document)));
        assertThat(judged).isInstanceOf(Judged.Shown.class);
        return ((Judged.Shown) judged).fields();
    }
}
