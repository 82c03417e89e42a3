package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.ListenerRegistration;
import com.google.cloud.firestore.QueryDocumentSnapshot;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import io.firegate.e2e.AuditTrail;
import io.firegate.e2e.Clients;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.PlainFirestore;
import io.firegate.e2e.conformance.TcpRelay;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the callback of an official Java listener sees while tokens, policies and connections come and go: docs/streams.md has the table. */
class JavaListenerTest {
    /** The client opens its stream again after a pause of its own that can grow to a minute. */
    private static final long EVENT_WITHIN_SECONDS = 90;

    private static final String POLICY = """
            version: 1
            tiers:
              ward:
                databases: ["PROJECT/(default)"]
                credential: local
                rules:
                  - { id: rows, path: "/patients/{p}", allow: [get, list], where: doc.ward in grant.ward }
            bindings:
              - { tier: ward, groups: [5b1f0a52-0000-4000-8000-0000000000e1], grant: { ward: WARD } }
            """;

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @Test
    void nothingIsLostDoubledStaleOrForbidden(@TempDir Path directory) throws Exception {
        MovableClock clock = new MovableClock();
        try (TcpRelay relay = TcpRelay.start(GatewayHarness.emulator().port());
                GatewayHarness harness = GatewayHarness.withClock(
                        directory, clock, of("A"), "--set", "upstream.emulator=" + relay.endpoint());
                PlainFirestore admin = new PlainFirestore(
                        GatewayHarness.emulator().endpoint(),
                        "owner",
                        "projects/" + harness.project() + "/databases/(default)");
                Firestore client = Clients.plaintext(
                        "127.0.0.1:" + harness.plaintextPort(),
                        harness.project(),
                        "(default)",
                        () -> harness.tenant().userToken(GatewayHarness.OWNER))) {
            admin.commit(patient(admin, "a1", "A"), patient(admin, "b1", "B"), patient(admin, "c1", "C"));
            ListenerRegistration listener = client.collection("patients").addSnapshotListener((value, error) -> {
                if (error != null) {
                    events.add("error " + error.getStatus().getCode());
                } else if (value != null) {
                    events.add(value.getDocuments().stream()
                            .map(QueryDocumentSnapshot::getId)
                            .collect(Collectors.joining(" ")));
                }
            });
            assertThat(next()).as("the rows of its ward").isEqualTo("a1");

            admin.commit(patient(admin, "b2", "B"));
            admin.commit(patient(admin, "a2", "A"));
            assertThat(next()).as("a change out of sight makes no event").isEqualTo("a1 a2");

            int before = harness.audit().size();
            clock.advance(Duration.ofSeconds(harness.tenant().lifetimeSeconds() + 61));
            harness.audit().await(before, JavaListenerTest::listens);
            admin.commit(patient(admin, "a3", "A"));
            assertThat(next()).as("after the token has expired").isEqualTo("a1 a2 a3");

            before = harness.audit().size();
            harness.reload(of("A") + "# other words, the same policy\n");
            admin.commit(patient(admin, "a4", "A"));
            assertThat(next()).as("after a reload that changes nothing").isEqualTo("a1 a2 a3 a4");

            assertThat(harness.audit().decisionsFrom(before))
                    .as("and it has not begun anew")
                    .isEmpty();

            before = harness.audit().size();
            relay.cut();
            harness.audit().await(before, JavaListenerTest::listens);
            admin.commit(patient(admin, "a5", "A"));
            assertThat(next()).as("after Firestore's connections were cut").isEqualTo("a1 a2 a3 a4 a5");

            harness.reload(of("C"));
            assertThat(next()).as("after a reload that shows other rows").isEqualTo("c1");

            admin.commit(patient(admin, "a6", "A"));
            admin.commit(patient(admin, "c2", "C"));
            assertThat(next()).as("the old rows are out of sight").isEqualTo("c1 c2");

            harness.reload(of("C").substring(0, of("C").indexOf("bindings:")));
            assertThat(next()).as("after a reload that revokes").isEqualTo("error PERMISSION_DENIED");
            listener.remove();
            assertThat(events).isEmpty();
        }
    }

    private String next() throws InterruptedException {
        @Nullable String event = events.poll(EVENT_WITHIN_SECONDS, TimeUnit.SECONDS);
        return event == null ? "no event within " + EVENT_WITHIN_SECONDS + " s" : event;
    }

    /** Whether it records that a target was permitted. */
    private static boolean listens(AuditTrail.Line line) {
        return line.text("method").equals("Listen") && line.text("decision").equals("permit");
    }

    private static String of(String ward) {
        return POLICY.replace("WARD", ward);
    }

    private static Write patient(PlainFirestore of, String id, String ward) {
        return Write.newBuilder()
                .setUpdate(Document.newBuilder()
                        .setName(of.name("patients/" + id))
                        .putFields(
                                "ward", Value.newBuilder().setStringValue(ward).build()))
                .build();
    }
}
