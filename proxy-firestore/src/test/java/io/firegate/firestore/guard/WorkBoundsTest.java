package io.firegate.firestore.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.ArrayValue;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentTransform.FieldTransform;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How much work a request may make of working out what it leaves of one document. */
class WorkBoundsTest {
    private static final String NAME = "projects/p/databases/(default)/documents/a/b";

    private static Value number(int value) {
        return Value.newBuilder().setIntegerValue(value).build();
    }

    private static SimulatedDocument document(int elements) {
        ArrayValue.Builder array = ArrayValue.newBuilder();
        IntStream.range(0, elements).forEach(i -> array.addValues(number(i)));
        return SimulatedDocument.stored(Document.newBuilder()
                .setName(NAME)
                .putFields("list", Value.newBuilder().setArrayValue(array).build())
                .build());
    }

    private static Write transforms(int count, FieldTransform transform) {
        Write.Builder write = Write.newBuilder();
        write.getUpdateBuilder().setName(NAME);
        write.getUpdateMaskBuilder();
        IntStream.range(0, count).forEach(i -> write.addUpdateTransforms(transform));
        return write.build();
    }

    @Test
    void aDocumentIsTransformedFiveHundredTimesAtMost() {
        FieldTransform increment = FieldTransform.newBuilder()
                .setFieldPath("n")
                .setIncrement(number(1))
                .build();

        assertThat(document(0).apply(transforms(500, increment))).isTrue();
        assertThat(document(0).apply(transforms(501, increment))).isFalse();
        SimulatedDocument twice = document(0);
        assertThat(twice.apply(transforms(250, increment))).isTrue();
        assertThat(twice.apply(transforms(251, increment))).isFalse();
    }

    @Test
    void theElementsOfArraysThatAreReadAgainAndAgainAreCounted() {
        FieldTransform.Builder append = FieldTransform.newBuilder().setFieldPath("list");
        append.getAppendMissingElementsBuilder().addValues(number(1));

        assertThat(document(10_000).apply(transforms(190, append.build()))).isTrue();
        assertThat(document(10_000).apply(transforms(210, append.build()))).isFalse();
    }

    @Test
    void thePathsOfMasksAreCountedWithTheTimesTheyCouldMove() {
        FieldTransform.Builder clock =
                FieldTransform.newBuilder().setSetToServerValue(FieldTransform.ServerValue.REQUEST_TIME);
        SimulatedDocument document = document(0);
        Write.Builder stamped = transforms(0, clock.setFieldPath("t").build()).toBuilder();
        IntStream.range(0, 500)
                .forEach(i ->
                        stamped.addUpdateTransforms(clock.setFieldPath("t" + i).build()));
        assertThat(document.apply(stamped.build())).isTrue();
        Write.Builder masked = Write.newBuilder();
        masked.getUpdateBuilder().setName(NAME);
        IntStream.range(0, 3_900).forEach(i -> masked.getUpdateMaskBuilder().addFieldPaths("f" + i));

        assertThat(document.apply(masked.build())).isTrue();
        assertThat(document.apply(masked.build())).isFalse();
    }
}
