package io.firegate.firestore.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.ArrayValue;
import com.google.firestore.v1.BatchWriteResponse;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.FirestoreProto;
import com.google.firestore.v1.ListCollectionIdsResponse;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.RunAggregationQueryResponse;
import com.google.firestore.v1.RunQueryResponse;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.WriteResult;
import com.google.gson.JsonParser;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import com.google.protobuf.StringValue;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.firegate.firestore.method.FirestoreMethod;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers as JSON: the emulator's layout, protobuf's own JSON on random messages, and bytes that are no message. */
class RestRendererTest {
    private static String render(FirestoreMethod method, byte[] message, boolean pretty) {
        return RestCases.text(RestRenderer.of(method).render(message, 0, message.length, pretty));
    }

    private static Document document(String text) {
        try {
            return TextFormat.parse(text, Document.class);
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Four bytes of the answer are 250 of JSON here. */
    @ParameterizedTest
    @CsvSource({"true, true", "false, false"})
    void jsonNobodyShouldHoldIsNotMade(boolean pretty, boolean tooLong) {
        ArrayValue.Builder nulls = ArrayValue.newBuilder();
        for (int i = 0; i < 310_000; i++) {
            nulls.addValues(Value.newBuilder().setNullValue(NullValue.NULL_VALUE));
        }
        Value value = Value.newBuilder().setArrayValue(nulls).build();
        for (int i = 0; i < 18; i++) {
            value = Value.newBuilder()
                    .setMapValue(MapValue.newBuilder().putFields("a", value))
                    .build();
        }
        byte[] message = Document.newBuilder().putFields("f", value).build().toByteArray();

        var rendered = RestRenderer.of(FirestoreMethod.GET_DOCUMENT).render(message, 0, message.length, pretty);

        assertThat(rendered instanceof RestRenderer.Rendered.TooLong).isEqualTo(tooLong);
    }

    @Test
    void theLayoutIsTheEmulators() {
        Document document = document("""
                name: "projects/p/databases/d/documents/c/d"
                fields { key: "n" value { null_value: NULL_VALUE } }
                fields { key: "b" value { boolean_value: false } }
                fields { key: "i" value { integer_value: 0 } }
                fields { key: "t" value { timestamp_value { seconds: 1769860800 nanos: 120000000 } } }
                fields { key: "g" value { geo_point_value { } } }
                fields { key: "a" value { array_value { values { double_value: 1 } values { double_value: nan } } } }
                fields { key: "m" value { map_value { } } }
                """);

        assertThat(render(FirestoreMethod.GET_DOCUMENT, document.toByteArray(), true))
                .isEqualTo("""
                        {
                          "name": "projects/p/databases/d/documents/c/d",
                          "fields": {
                            "n": {
                              "nullValue": null
                            },
                            "b": {
                              "booleanValue": false
                            },
                            "i": {
                              "integerValue": "0"
                            },
                            "t": {
                              "timestampValue": "2026-01-31T12:00:00.120Z"
                            },
                            "g": {
                              "geoPointValue": {
                              }
                            },
                            "a": {
                              "arrayValue": {
                                "values": [{
                                  "doubleValue": 1.0
                                }, {
                                  "doubleValue": "NaN"
                                }]
                              }
                            },
                            "m": {
                              "mapValue": {
                              }
                            }
                          }
                        }""");
        assertThat(render(FirestoreMethod.GET_DOCUMENT, document.toByteArray(), false))
                .startsWith(
                        "{\"name\":\"projects/p/databases/d/documents/c/d\",\"fields\":{\"n\":{\"nullValue\":null},")
                .endsWith("\"a\":{\"arrayValue\":{\"values\":[{\"doubleValue\":1.0},{\"doubleValue\":\"NaN\"}]}},"
                        + "\"m\":{\"mapValue\":{}}}}");
        assertThat(render(
                        FirestoreMethod.LIST_COLLECTION_IDS,
                        ListCollectionIdsResponse.newBuilder()
                                .addCollectionIds("a")
                                .addCollectionIds("b")
                                .build()
                                .toByteArray(),
                        true))
                .isEqualTo("{\n  \"collectionIds\": [\"a\", \"b\"]\n}");
        assertThat(render(FirestoreMethod.DELETE_DOCUMENT, new byte[0], true)).isEqualTo("{\n}");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"WRITE", "LISTEN"})
    void randomAnswersAreProtobufsOwnJson(FirestoreMethod method) throws InvalidProtocolBufferException {
        Descriptor type = FirestoreProto.getDescriptor()
                .findServiceByName("Firestore")
                .findMethodByName(method.rpcName())
                .getOutputType();
        JsonFormat.Printer printer = JsonFormat.printer()
                .usingTypeRegistry(
                        TypeRegistry.newBuilder().add(ErrorInfo.getDescriptor()).build());
        RandomAnswers random = new RandomAnswers(20260131);
        for (int i = 0; i < 300; i++) {
            Message message = random.next(type);
            String expected = printer.print(message);
            String rendered = render(method, message.toByteArray(), i % 2 == 0);
            assertThat(rendered).as(expected).isNotEqualTo("unreadable");
            assertThat(JsonParser.parseString(rendered)).as(expected).isEqualTo(JsonParser.parseString(expected));
        }
    }

    @Test
    void whatIsNotPublishedStaysOut() {
        byte[] done = RunAggregationQueryResponse.newBuilder()
                .setTransaction(ByteString.copyFromUtf8("t"))
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                5,
                                UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .addField(
                                7,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFromUtf8("x"))
                                        .build())
                        .addField(
                                4000,
                                UnknownFieldSet.Field.newBuilder()
                                        .addFixed32(1)
                                        .addFixed64(2)
                                        .build())
                        .build())
                .build()
                .toByteArray();

        assertThat(render(FirestoreMethod.RUN_AGGREGATION_QUERY, done, false)).isEqualTo("{\"transaction\":\"dA==\"}");
    }

    @Test
    void detailsOfUnknownTypesAreNamedOnly() {
        byte[] answer = BatchWriteResponse.newBuilder()
                .addStatus(Status.newBuilder()
                        .setCode(7)
                        .addDetails(
                                Any.newBuilder().setTypeUrl("x/unheard.Of").setValue(ByteString.copyFromUtf8("secret")))
                        .addDetails(Any.pack(StringValue.of("v"))))
                .build()
                .toByteArray();

        assertThat(render(FirestoreMethod.BATCH_WRITE, answer, false))
                .isEqualTo("{\"status\":[{\"code\":7,\"details\":[{\"@type\":\"x/unheard.Of\"},"
                        + "{\"@type\":\"type.googleapis.com/google.protobuf.StringValue\",\"value\":\"v\"}]}]}");
    }

    @Test
    void whatCanBeReadTwoWaysIsSettledByProtobufsRules() throws IOException {
        byte[] split = concat(
                RunQueryResponse.newBuilder()
                        .setDocument(document("name: \"a\" fields { key: \"x\" value { integer_value: 1 } }"))
                        .build(),
                RunQueryResponse.newBuilder().setSkippedResults(3).build(),
                RunQueryResponse.newBuilder()
                        .setDocument(document("name: \"b\" fields { key: \"y\" value { integer_value: 2 } }"))
                        .build());

        assertThat(render(FirestoreMethod.RUN_QUERY, split, false))
                .isEqualTo(
                        "{\"document\":{\"name\":\"b\",\"fields\":{\"x\":{\"integerValue\":\"1\"},\"y\":{\"integerValue\":\"2\"}}},"
                                + "\"skippedResults\":3}");
        assertThat(render(
                        FirestoreMethod.GET_DOCUMENT,
                        concat(
                                document("fields { key: \"x\" value { integer_value: 1 } }"),
                                document("fields { key: \"x\" value { integer_value: 2 } }")),
                        false))
                .as("a key twice")
                .isEqualTo("unreadable");
    }

    private static byte[] concat(Message... messages) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Message message : messages) {
            message.writeTo(bytes);
        }
        return bytes.toByteArray();
    }

    @Test
    void anyBytesAreAnAnswer() {
        Random random = new Random(7);
        RandomAnswers answers = new RandomAnswers(7);
        int unreadable = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = answers.next(RunQueryResponse.getDescriptor()).toByteArray();
            if (bytes.length == 0) {
                continue;
            }
            for (int j = random.nextInt(3); j >= 0; j--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            String rendered = render(FirestoreMethod.RUN_QUERY, bytes, true);
            if (rendered.equals("unreadable")) {
                unreadable++;
            } else {
                assertThat(JsonParser.parseString(rendered).isJsonObject()).isTrue();
            }
        }
        assertThat(unreadable).isBetween(1_000, 19_000);
    }

    @Test
    void nestingIsBounded() throws IOException {
        assertThat(render(FirestoreMethod.COMMIT, nested(49), false)).startsWith("{\"writeResults\":[");
        assertThat(render(FirestoreMethod.COMMIT, nested(150), false)).isEqualTo("unreadable");
    }

    /** A write result with arrays in arrays, two messages a level. */
    private static byte[] nested(int levels) throws IOException {
        byte[] value = {};
        for (int i = 0; i < levels; i++) {
            value = within(Value.ARRAY_VALUE_FIELD_NUMBER, within(ArrayValue.VALUES_FIELD_NUMBER, value));
        }
        return within(
                CommitResponse.WRITE_RESULTS_FIELD_NUMBER, within(WriteResult.TRANSFORM_RESULTS_FIELD_NUMBER, value));
    }

    private static byte[] within(int number, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeByteArray(number, content);
        out.flush();
        return bytes.toByteArray();
    }
}
