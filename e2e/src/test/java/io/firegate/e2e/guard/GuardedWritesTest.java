package io.firegate.e2e.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchWriteResponse;
import com.google.firestore.v1.DeleteDocumentRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Timestamps;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.PlainFirestore;
import io.firegate.e2e.RawWriteStream;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Guarded writes, case by case ({@code cases.json}): what is stored, what is written, what the caller is told and what is stored
 * afterwards. Each is sent as a Commit, in a transaction, on a Write stream, as a BatchWrite and, where it is one write, as
 * UpdateDocument or DeleteDocument; and the same once more where the rule also looks up another document, which permits it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuardedWritesTest {
    /** What the path of a rule begins with that says what another does and looks up a document beside. */
    private static final String LOOKED = "looked-";

    /** Which fields afterwards hold the time of the write. */
    private static final String WRITTEN = "WRITTEN";

    private final AtomicInteger documents = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // set before the first test
    private GatewayHarness harness;

    @SuppressWarnings("NullAway.Init") // set before the first test
    private PlainFirestore caller;

    @SuppressWarnings("NullAway.Init") // set before the first test
    private PlainFirestore admin;

    /** How the writes are sent. */
    enum Way {
        COMMIT,
        TRANSACTION,
        STREAM,
        BATCH,
        SINGLE
    }

    record Case(String name, Way way, JsonObject data) {
        @Override
        public String toString() {
            return name + ", " + way;
        }
    }

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = GatewayHarness.withPolicy(directory, resource("policy.yaml"));
        String database = "projects/" + harness.project() + "/databases/(default)";
        caller = new PlainFirestore(
                "127.0.0.1:" + harness.plaintextPort(), harness.tenant().userToken(GatewayHarness.OWNER), database);
        admin = new PlainFirestore(GatewayHarness.emulator().endpoint(), "owner", database);
        for (boolean open : new boolean[] {true, false}) {
            admin.commit(Write.newBuilder()
                    .setUpdate(Document.newBuilder()
                            .setName(admin.name("settings/" + (open ? "open" : "shut")))
                            .putFields(
                                    "open",
                                    Value.newBuilder().setBooleanValue(open).build()))
                    .build());
        }
    }

    @AfterAll
    void stop() {
        caller.close();
        admin.close();
        harness.close();
    }

    static List<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        String policy = resource("policy.yaml");
        for (JsonElement element : JsonParser.parseString(
                        resource("cases.json").replace("CALLER", GatewayHarness.OWNER_OID))
                .getAsJsonArray()) {
            JsonObject data = element.getAsJsonObject();
            for (Way way : Way.values()) {
                boolean several = data.getAsJsonArray("writes").size() > 1;
                if (way == Way.COMMIT || way == Way.TRANSACTION || way == Way.STREAM || !several) {
                    cases.add(new Case(data.get("name").getAsString(), way, data));
                    String document = LOOKED + data.get("document").getAsString();
                    if (policy.contains("/" + document.substring(0, document.indexOf('/') + 1))) {
                        JsonObject looked = data.deepCopy();
                        looked.addProperty("document", document);
                        cases.add(new Case(data.get("name").getAsString() + ", looked up", way, looked));
                    }
                }
            }
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void comesOut(Case one) throws Exception {
        JsonObject data = one.data();
        String path = data.get("document").getAsString().replace("DOC", "d" + documents.incrementAndGet());
        Timestamp updateTime = Timestamps.EPOCH;
        if (data.get("stored").isJsonObject()) {
            Write stored = Write.newBuilder()
                    .setUpdate(document(admin.name(path), data.get("stored")))
                    .build();
            updateTime = admin.commit(stored).getWriteResults(0).getUpdateTime();
        }
        List<Write> writes = new ArrayList<>();
        for (JsonElement write : data.getAsJsonArray("writes")) {
            String json = write.toString()
                    .replace("\"NAME\"", "\"" + admin.name(path) + "\"")
                    .replace("UPDATE_TIME", Timestamps.toString(updateTime));
            Write.Builder builder = Write.newBuilder();
            JsonFormat.parser().merge(json, builder);
            writes.add(builder.build());
        }

        List<Value> told = new ArrayList<>();
        String outcome = send(one.way(), writes, told);
        Optional<Document> after = admin.get(path);

        String expected = data.get("expect").getAsString();
        assertThat(outcome)
                .startsWith(expected.endsWith("*") ? expected.substring(0, expected.length() - 1) : expected);
        Map<String, Object> left = new TreeMap<>();
        after.ifPresentOrElse(found -> left.putAll(found.getFieldsMap()), () -> left.put("", "missing"));
        Map<String, Object> wanted = new TreeMap<>();
        if (data.get("after").isJsonObject()) {
            JsonObject fields = data.getAsJsonObject("after").deepCopy();
            if (fields.has(WRITTEN)) {
                // When it was written only Firestore knows.
                for (JsonElement name : fields.remove(WRITTEN).getAsJsonArray()) {
                    assertThat(left.remove(name.getAsString()))
                            .isInstanceOfSatisfying(
                                    Value.class,
                                    value -> assertThat(value.hasTimestampValue())
                                            .isTrue());
                }
            }
            wanted.putAll(document("", fields).getFieldsMap());
        } else {
            wanted.put("", "missing");
        }
        assertThat(left).isEqualTo(wanted);
        if (data.has("results") && one.way() != Way.SINGLE) {
            List<Value> results = new ArrayList<>();
            for (JsonElement result : data.getAsJsonArray("results")) {
                Value.Builder value = Value.newBuilder();
                JsonFormat.parser().merge(result.toString(), value);
                results.add(value.build());
            }
            assertThat(told).isEqualTo(results);
        }
        if (!outcome.equals("OK") && data.get("stored").isJsonObject()) {
            assertThat(after.orElseThrow().getUpdateTime()).isEqualTo(updateTime);
        }
    }

    /**
     * {@code OK}, or the status and firegate's reason.
     *
     * @param told where the results of the first write's transforms go
     */
    private String send(Way way, List<Write> writes, List<Value> told) throws InvalidProtocolBufferException {
        try {
            switch (way) {
                case COMMIT ->
                    told.addAll(caller.commit(ByteString.EMPTY, writes)
                            .getWriteResults(0)
                            .getTransformResultsList());
                case TRANSACTION ->
                    told.addAll(caller.commit(caller.begin(), writes)
                            .getWriteResults(0)
                            .getTransformResultsList());
                case STREAM -> {
                    try (RawWriteStream stream = caller.writeStream()) {
                        stream.open();
                        told.addAll(stream.write(writes).getWriteResults(0).getTransformResultsList());
                    }
                }
                case BATCH -> {
                    BatchWriteResponse answer = caller.batchWrite(writes);
                    told.addAll(answer.getWriteResults(0).getTransformResultsList());
                    Status status = answer.getStatus(0);
                    return status.getCode() == 0 ? "OK" : said(status);
                }
                case SINGLE -> single(writes.get(0));
            }
            return "OK";
        } catch (StatusRuntimeException e) {
            Status status = Objects.requireNonNull(StatusProto.fromThrowable(e));
            return said(status);
        } catch (StatusException e) {
            return RawWriteStream.said(e);
        }
    }

    private void single(Write write) {
        if (!write.getDelete().isEmpty()) {
            caller.unary(
                    "DeleteDocument",
                    DeleteDocumentRequest.newBuilder()
                            .setName(write.getDelete())
                            .setCurrentDocument(write.getCurrentDocument())
                            .build(),
                    Empty.getDefaultInstance());
            return;
        }
        if (write.getUpdateTransformsCount() > 0) {
            caller.commit(write);
            return;
        }
        UpdateDocumentRequest.Builder request =
                UpdateDocumentRequest.newBuilder().setDocument(write.getUpdate());
        if (write.hasUpdateMask()) {
            request.setUpdateMask(write.getUpdateMask());
        }
        if (write.hasCurrentDocument()) {
            request.setCurrentDocument(write.getCurrentDocument());
        }
        caller.unary("UpdateDocument", request.build(), Document.getDefaultInstance());
    }

    private static String said(Status status) throws InvalidProtocolBufferException {
        String reason = "";
        for (Any detail : status.getDetailsList()) {
            if (detail.is(ErrorInfo.class)) {
                reason = detail.unpack(ErrorInfo.class).getReason();
            }
        }
        return io.grpc.Status.fromCodeValue(status.getCode()).getCode() + " " + reason;
    }

    private static Document document(String name, JsonElement fields) throws InvalidProtocolBufferException {
        Document.Builder document = Document.newBuilder();
        JsonObject json = new JsonObject();
        json.add("fields", fields);
        JsonFormat.parser().merge(json.toString(), document);
        return document.setName(name).build();
    }

    static String resource(String name) throws IOException {
        try (@Nullable InputStream in = GuardedWritesTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
