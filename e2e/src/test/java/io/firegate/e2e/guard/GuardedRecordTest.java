package io.firegate.e2e.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.PlainFirestore;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A guarded write whose decision the record cannot hold is refused, after the look at what is stored and before anything is written. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "a full disk is /dev/full, which other systems do not have")
class GuardedRecordTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void nothingIsWrittenThatTheRecordCannotHold(@TempDir Path directory) throws Exception {
        Files.createSymbolicLink(directory.resolve("audit.jsonl"), Path.of("/dev/full"));
        try (GatewayHarness harness = GatewayHarness.withPolicy(directory, GuardedWritesTest.resource("policy.yaml"))) {
            String database = "projects/" + harness.project() + "/databases/(default)";
            try (PlainFirestore caller = new PlainFirestore(
                            "127.0.0.1:" + harness.plaintextPort(),
                            harness.tenant().userToken(GatewayHarness.OWNER),
                            database);
                    PlainFirestore admin =
                            new PlainFirestore(GatewayHarness.emulator().endpoint(), "owner", database)) {
                String name = admin.name("ward/recorded");
                admin.commit(write(name, 0));
                // The first lines are taken before anybody knows that there is no room for them.
                long end = System.nanoTime() + PATIENCE.toNanos();
                int tries = 1;
                while (!reason(caller, List.of(write(name, tries++))).equals("RECORD_UNAVAILABLE")) {
                    assertThat(System.nanoTime()).isLessThan(end);
                }

                Document before = admin.get("ward/recorded").orElseThrow();
                assertThat(reason(caller, List.of(write(name, tries)))).isEqualTo("RECORD_UNAVAILABLE");
                assertThat(reason(caller, List.of(write(name, tries), write(name, tries + 1))))
                        .isEqualTo("RECORD_UNAVAILABLE");
                assertThat(admin.get("ward/recorded")).contains(before);
            }
        }
    }

    private static Write write(String name, int value) {
        return Write.newBuilder()
                .setUpdate(Document.newBuilder()
                        .setName(name)
                        .putFields(
                                "ward", Value.newBuilder().setStringValue("A").build())
                        .putFields(
                                "n", Value.newBuilder().setIntegerValue(value).build()))
                .build();
    }

    private static String reason(PlainFirestore caller, List<Write> writes) throws InvalidProtocolBufferException {
        try {
            caller.commit(ByteString.EMPTY, writes);
            return "OK";
        } catch (StatusRuntimeException e) {
            Status status = Objects.requireNonNull(StatusProto.fromThrowable(e));
            for (Any detail : status.getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    return detail.unpack(ErrorInfo.class).getReason();
                }
            }
            return status.getMessage();
        }
    }
}
