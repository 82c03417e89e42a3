package io.firegate.firestore.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Timestamp;
import io.firegate.policy.condition.FieldPath;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentBytesTest {
    private static DocumentBytes read(String text) throws TextFormat.ParseException {
        byte[] bytes = TextFormat.parse(text, Document.class).toByteArray();
        return Objects.requireNonNull(DocumentBytes.of(bytes));
    }

    /** A vector has the shape of a map and no fields, and only its type tells; another type of that name is a field. */
    @ParameterizedTest
    @CsvSource({"__vector__, false", "__other__, true"})
    void nothingIsBelowAVector(String type, boolean there) throws TextFormat.ParseException {
        DocumentBytes document = read("fields { key: 'v' value { map_value {"
                + " fields { key: '__type__' value { string_value: '" + type + "' } }"
                + " fields { key: 'value' value { array_value { values { double_value: 1.5 } } } } } } }"
                + " fields { key: 'm' value { map_value { fields { key: 'value' value { integer_value: 1 } } } } }");

        assertThat(document.value(FieldPath.of("v", "value")) != null).isEqualTo(there);
        assertThat(document.value(FieldPath.of("m", "value"))).isNotNull();
        assertThat(document.value(FieldPath.of("v"))).isNotNull();
    }

    @Test
    void whatItDoesNotSayIsNothing() throws TextFormat.ParseException {
        DocumentBytes whole = read("name: 'projects/p/databases/d/documents/c/a' update_time { seconds: 5 }");
        assertThat(whole.id()).isEqualTo("a");
        assertThat(whole.updateTime())
                .isEqualTo(Timestamp.newBuilder().setSeconds(5).build());
        DocumentBytes empty = read("");
        assertThat(empty.name()).isEmpty();
        assertThat(empty.updateTime()).isEqualTo(Timestamp.getDefaultInstance());
    }
}
