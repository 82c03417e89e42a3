package io.firegate.firestore.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.gson.JsonParser;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.Status;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.status.StatusDetails;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors alone, in arrays and at the end of streams. */
class RestErrorTest {
    private static final String DENIED =
            "{\"error\":{\"code\":403,\"message\":\"no \\\"rule\\\"\",\"status\":\"PERMISSION_DENIED\","
                    + "\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"POLICY_DENIED\","
                    + "\"domain\":\"firegate\",\"metadata\":{\"decision\":\"d-1\",\"tier\":\"nurse\"}}]}}";

    private static final RestError ERROR = RestError.of(
            7, "no \"rule\"", "POLICY_DENIED", "firegate", new TreeMap<>(Map.of("decision", "d-1", "tier", "nurse")));

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 499, CANCELLED",
        "2, 500, UNKNOWN",
        "3, 400, INVALID_ARGUMENT",
        "4, 504, DEADLINE_EXCEEDED",
        "5, 404, NOT_FOUND",
        "6, 409, ALREADY_EXISTS",
        "7, 403, PERMISSION_DENIED",
        "8, 429, RESOURCE_EXHAUSTED",
        "9, 400, FAILED_PRECONDITION",
        "10, 409, ABORTED",
        "11, 400, OUT_OF_RANGE",
        "12, 501, UNIMPLEMENTED",
        "13, 500, INTERNAL",
        "14, 503, UNAVAILABLE",
        "15, 500, DATA_LOSS",
        "16, 401, UNAUTHENTICATED",
        "0, 500, UNKNOWN",
        "17, 500, UNKNOWN",
        "-1, 500, UNKNOWN"
    })
    void everyStatusHasItsHttpStatus(int code, int http, String status) {
        RestError error = RestError.ofStatus(code, "m", null);

        assertThat(error.httpStatus()).isEqualTo(http);
        assertThat(text(error.body(null, false)))
                .isEqualTo("{\"error\":{\"code\":" + http + ",\"message\":\"m\",\"status\":\"" + status + "\"}}");
    }

    @Test
    void errorsOfServerStreamsStandInAnArray() {
        assertThat(text(ERROR.body(null, false))).isEqualTo(DENIED);
        assertThat(text(ERROR.body(FirestoreMethod.GET_DOCUMENT, false))).isEqualTo(DENIED);
        assertThat(text(ERROR.body(FirestoreMethod.RUN_QUERY, false))).isEqualTo("[" + DENIED + "]");
        assertThat(JsonParser.parseString(text(ERROR.body(FirestoreMethod.BATCH_GET_DOCUMENTS, true))))
                .isEqualTo(JsonParser.parseString("[" + DENIED + "]"));
    }

    @Test
    void detailsThatAreNotOursToBelieveAddNothing() {
        byte[] details = StatusDetails.encode(5, "m", "R", "d", Map.of());
        byte[] broken = Status.newBuilder()
                .setCode(5)
                .addDetails(Any.newBuilder()
                        .setTypeUrl("type.googleapis.com/google.rpc.ErrorInfo")
                        .setValue(ByteString.copyFrom(new byte[] {10, 100})))
                .build()
                .toByteArray();

        assertThat(text(RestError.ofStatus(5, "m", details).body(null, false))).contains("\"reason\":\"R\"");
        assertThat(text(RestError.ofStatus(7, "m", details).body(null, false))).doesNotContain("details");
        assertThat(text(RestError.ofStatus(5, "m", new byte[] {1, 2, 3}).body(null, false)))
                .doesNotContain("details");
        assertThat(text(RestError.ofStatus(5, "m", broken).body(null, false)))
                .isEqualTo("{\"error\":{\"code\":404,\"message\":\"m\",\"status\":\"NOT_FOUND\"}}");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aStreamIsValidJsonHoweverItEnds(boolean pretty) {
        byte[] missing =
                BatchGetDocumentsResponse.newBuilder().setMissing("x").build().toByteArray();
        byte[] garbage = {1, 2, 3};
        RestStream empty = new RestStream(FirestoreMethod.BATCH_GET_DOCUMENTS, pretty);
        assertThat(JsonParser.parseString(text(empty.end()))).isEqualTo(JsonParser.parseString("[]"));

        RestStream stream = new RestStream(FirestoreMethod.BATCH_GET_DOCUMENTS, pretty);
        assertThat(stream.next(garbage, 0, garbage.length)).isInstanceOf(RestRenderer.Rendered.Unreadable.class);
        assertThat(stream.started()).isFalse();
        String two = RestCases.text(stream.next(missing, 0, missing.length))
                + RestCases.text(stream.next(missing, 0, missing.length));
        assertThat(stream.started()).isTrue();

        assertThat(JsonParser.parseString(two + text(stream.end())))
                .isEqualTo(JsonParser.parseString("[{\"missing\":\"x\"},{\"missing\":\"x\"}]"));
        assertThat(JsonParser.parseString(two + text(stream.fail(ERROR))))
                .isEqualTo(JsonParser.parseString("[{\"missing\":\"x\"},{\"missing\":\"x\"}," + DENIED + "]"));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            delimiter = '|',
            value = {
                "application/json | true", "Application/JSON;charset=UTF-8 | true",
                        "application/json; charset=\"utf-8\" | true",
                "text/plain | true", "text/plain;charset=utf-8 | true", "application/json; | true",
                "null | false", "application/x-www-form-urlencoded | false", "application/json; charset=utf-16 | false",
                "application/json; charset=latin1 | false", "application/jsonp | false",
                        "application/json, text/plain | false",
                "application/json; charset=utf-8; charset=utf-16 | false", "multipart/mixed | false",
                        "application/grpc | false"
            })
    void onlyJsonInUtf8IsRead(@Nullable String contentType, boolean accepted) {
        assertThat(RestContentType.isJson(contentType)).isEqualTo(accepted);
    }
}
