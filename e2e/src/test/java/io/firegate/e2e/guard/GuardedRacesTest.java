package io.firegate.e2e.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.DocumentTransform.FieldTransform;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.PlainFirestore;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A row goes in and out of sight while its writer counts it up: every write that is acknowledged was made while the row was visible,
 * and none is lost. {@code -Dguard.races=N} runs N rounds.
 */
class GuardedRacesTest {
    private static final int WRITERS = 2;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void neverOverWhatNobodyJudged(boolean inTransactions, @TempDir Path directory) throws Exception {
        int rounds = Integer.getInteger("guard.races", inTransactions ? 40 : 120);
        try (GatewayHarness harness = GatewayHarness.withPolicy(directory, GuardedWritesTest.resource("policy.yaml"))) {
            String database = "projects/" + harness.project() + "/databases/(default)";
            try (PlainFirestore admin =
                            new PlainFirestore(GatewayHarness.emulator().endpoint(), "owner", database);
                    PlainFirestore caller = new PlainFirestore(
                            "127.0.0.1:" + harness.plaintextPort(),
                            harness.tenant().userToken(GatewayHarness.OWNER),
                            database)) {
                race(admin, caller, rounds, inTransactions);
            }
        }
    }

    private static void race(PlainFirestore admin, PlainFirestore caller, int rounds, boolean inTransactions)
            throws Exception {
        NavigableMap<Timestamp, String> wards = new ConcurrentSkipListMap<>(Timestamps.comparator());
        NavigableMap<Timestamp, Boolean> acknowledged = new ConcurrentSkipListMap<>(Timestamps.comparator());
        wards.put(move(admin, "A"), "A");
        CountDownLatch writing = new CountDownLatch(WRITERS);
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 1);
        try {
            List<Future<Map<Status.Code, Integer>>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(threads.submit(() -> {
                    try {
                        return write(caller, rounds / WRITERS, inTransactions, acknowledged);
                    } finally {
                        writing.countDown();
                    }
                }));
            }
            for (int turn = 0; writing.getCount() > 0; turn++) {
                String ward = turn % 2 == 0 ? "B" : "A";
                wards.put(move(admin, ward), ward);
            }
            Map<Status.Code, Integer> outcomes = new EnumMap<>(Status.Code.class);
            for (Future<Map<Status.Code, Integer>> writer : writers) {
                writer.get().forEach((code, times) -> outcomes.merge(code, times, Integer::sum));
            }

            assertThat(outcomes.keySet())
                    .isSubsetOf(Status.Code.OK, Status.Code.PERMISSION_DENIED, Status.Code.ABORTED);
            assertThat(outcomes).containsKeys(Status.Code.OK);
            for (Timestamp at : acknowledged.keySet()) {
                assertThat(Objects.requireNonNull(wards.floorEntry(at)).getValue())
                        .as("the ward when a write was made at %s", Timestamps.toString(at))
                        .isEqualTo("A");
            }
            long counted = admin.get("ward/racing")
                    .map(document -> document.getFieldsOrDefault("n", Value.getDefaultInstance())
                            .getIntegerValue())
                    .orElseThrow();
            assertThat(counted).isEqualTo((long) outcomes.getOrDefault(Status.Code.OK, 0));
        } finally {
            threads.shutdownNow();
        }
    }

    /** As often as it takes: a transaction may hold the lock for a while. */
    private static Timestamp move(PlainFirestore admin, String ward) {
        Write move = Write.newBuilder()
                .setUpdate(Document.newBuilder()
                        .setName(admin.name("ward/racing"))
                        .putFields(
                                "ward", Value.newBuilder().setStringValue(ward).build()))
                .setUpdateMask(DocumentMask.newBuilder().addFieldPaths("ward"))
                .build();
        while (true) {
            try {
                return admin.commit(move).getWriteResults(0).getUpdateTime();
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.ABORTED) {
                    throw e;
                }
            }
        }
    }

    private static Map<Status.Code, Integer> write(
            PlainFirestore caller, int rounds, boolean inTransactions, Map<Timestamp, Boolean> acknowledged) {
        Map<Status.Code, Integer> outcomes = new EnumMap<>(Status.Code.class);
        Write count = Write.newBuilder()
                .setUpdate(Document.newBuilder().setName(caller.name("ward/racing")))
                .setUpdateMask(DocumentMask.getDefaultInstance())
                .addUpdateTransforms(FieldTransform.newBuilder()
                        .setFieldPath("n")
                        .setIncrement(Value.newBuilder().setIntegerValue(1)))
                .build();
        for (int i = 0; i < rounds; i++) {
            Status.Code code = Status.Code.OK;
            ByteString transaction = inTransactions ? caller.begin() : ByteString.EMPTY;
            try {
                acknowledged.put(
                        caller.commit(transaction, List.of(count))
                                .getWriteResults(0)
                                .getUpdateTime(),
                        true);
            } catch (StatusRuntimeException e) {
                code = e.getStatus().getCode();
                if (inTransactions && code == Status.Code.PERMISSION_DENIED) {
                    caller.rollback(transaction);
                }
            }
            outcomes.merge(code, 1, Integer::sum);
        }
        return outcomes;
    }
}
