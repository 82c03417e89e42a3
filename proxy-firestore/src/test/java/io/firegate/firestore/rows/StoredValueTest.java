package io.firegate.firestore.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Value;
import com.google.protobuf.TextFormat;
import io.firegate.policy.condition.PolicyValue;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of Firestore are read for conditions and written for filters, and are the same then. */
class StoredValueTest {
    private static Value value(String text) throws TextFormat.ParseException {
        return TextFormat.parse(text, Value.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null_value: NULL_VALUE",
                "boolean_value: true",
                "integer_value: -9223372036854775808",
                "double_value: nan",
                "double_value: -0.0",
                "timestamp_value { seconds: -5 nanos: 7000 }",
                "string_value: 'é'",
                "bytes_value: '\\000\\377'",
                "reference_value: 'projects/p/databases/d/documents/a/b'",
                "geo_point_value { latitude: 1.5 longitude: -2.5 }",
                "array_value { values { integer_value: 1 } values { string_value: 'a' } }",
                "map_value { fields { key: 'a' value { map_value { fields { key: 'b' value { integer_value: 1 } } } } } }",
                "map_value { fields { key: '__type__' value { string_value: '__vector__' } } fields { key: 'value' value { array_value { values { double_value: 1.5 } } } } }"
            })
    void isWrittenAsItWasRead(String text) throws TextFormat.ParseException {
        assertThat(StoredValue.write(Objects.requireNonNull(StoredValue.read(value(text)))))
                .isEqualTo(value(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "array_value { values { integer_value: 1 } values { } }",
                "map_value { fields { key: 'a' value { array_value { values { } } } } }",
                "field_reference_value: 'a'"
            })
    void whatIsNoValueIsNotRead(String text) throws TextFormat.ParseException {
        assertThat(StoredValue.read(value(text))).isNull();
    }

    @Test
    void theElementsOfAVectorAreDoubles() throws TextFormat.ParseException {
        Value vector = value(
                "map_value { fields { key: '__type__' value { string_value: '__vector__' } } "
                        + "fields { key: 'value' value { array_value { values { integer_value: 2 } values { double_value: 0.5 } } } } }");
        assertThat(StoredValue.read(vector))
                .isInstanceOfSatisfying(
                        PolicyValue.Vector.class,
                        read -> assertThat(read.elements()).isEqualTo(List.of(2.0, 0.5)));
        assertThat(StoredValue.isVector(
                        value("map_value { fields { key: '__type__' value { string_value: '__vector__' } } }")
                                .getMapValue()))
                .isFalse();
        assertThat(StoredValue.isVector(value("map_value { fields { key: 'value' value { array_value { } } } }")
                        .getMapValue()))
                .isFalse();
    }
}
