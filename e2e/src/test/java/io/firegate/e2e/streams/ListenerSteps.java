package io.firegate.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.PlainFirestore;
import io.firegate.e2e.conformance.TcpRelay;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What happens around one listener of an official client, and what its user must see: one event for each change in sight, none lost,
 * doubled, stale or forbidden. docs/streams.md has the table.
 */
final class ListenerSteps {
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

    private ListenerSteps() {}

    /** A listener on a collection. Its user's callback makes an event each time it is called. */
    interface Listener extends AutoCloseable {
        /** The ids of the documents, or {@code error} and the number of the status; waits for it. */
        String next() throws Exception;

        /** How many events have come that were not asked for. */
        int waiting();

        /** From now on this is the caller's token. */
        void token(String token) throws Exception;

        /** Listens no more. */
        @Override
        void close();
    }

    /** Begins to listen. */
    interface Client {
        /** A listener of a client with this address and token. */
        Listener listen(String address, String project, String token, String collection) throws Exception;
    }

    /** Walks through all of it. */
    static void walk(Path directory, Client client) throws Exception {
        MovableClock clock = new MovableClock();
        try (WatchedFirestore firestore =
                        new WatchedFirestore(GatewayHarness.emulator().endpoint());
                TcpRelay relay = TcpRelay.start(firestore.port());
                GatewayHarness harness = GatewayHarness.withClock(
                        directory, clock, of("A"), "--set", "upstream.emulator=" + relay.endpoint());
                TcpRelay front = TcpRelay.start(harness.plaintextPort());
                PlainFirestore admin = new PlainFirestore(
                        GatewayHarness.emulator().endpoint(),
                        "owner",
                        "projects/" + harness.project() + "/databases/(default)")) {
            admin.commit(patient(admin, "a1", "A"), patient(admin, "b1", "B"), patient(admin, "c1", "C"));
            try (Listener listener = client.listen(
                    front.endpoint(),
                    harness.project(),
                    harness.tenant().userToken(GatewayHarness.OWNER),
                    "patients")) {
                assertThat(listener.next()).as("the rows of its ward").isEqualTo("a1");

                admin.commit(patient(admin, "b2", "B"));
                admin.commit(patient(admin, "a2", "A"));
                assertThat(listener.next())
                        .as("a change out of sight makes no event")
                        .isEqualTo("a1 a2");

                int streams = firestore.opened();
                clock.advance(Duration.ofSeconds(harness.tenant().lifetimeSeconds() + 61));
                listener.token(harness.tenant().userToken(GatewayHarness.OWNER));
                firestore.awaitConsistentAfter(streams);
                admin.commit(patient(admin, "a3", "A"));
                assertThat(listener.next()).as("after the token has expired").isEqualTo("a1 a2 a3");

                int before = harness.audit().size();
                harness.reload(of("A") + "# other words, the same policy\n");
                admin.commit(patient(admin, "a4", "A"));
                assertThat(listener.next())
                        .as("after a reload that changes nothing")
                        .isEqualTo("a1 a2 a3 a4");

                assertThat(harness.audit().decisionsFrom(before))
                        .as("and it has not begun anew")
                        .isEmpty();

                streams = firestore.opened();
                relay.cut();
                firestore.awaitConsistentAfter(streams);
                admin.commit(patient(admin, "a5", "A"));
                assertThat(listener.next())
                        .as("after Firestore's connections were cut")
                        .isEqualTo("a1 a2 a3 a4 a5");

                harness.stop();
                admin.commit(patient(admin, "b6", "B"), patient(admin, "a6", "A"));
                harness.startAgain();
                front.retarget(harness.plaintextPort());
                assertThat(listener.next())
                        .as("after the gateway was away, and another key seals its tokens")
                        .isEqualTo("a1 a2 a3 a4 a5 a6");
                admin.commit(patient(admin, "a7", "A"));
                assertThat(listener.next()).isEqualTo("a1 a2 a3 a4 a5 a6 a7");

                harness.reload(of("C"));
                assertThat(listener.next())
                        .as("after a reload that shows other rows")
                        .isEqualTo("c1");

                admin.commit(patient(admin, "a8", "A"));
                admin.commit(patient(admin, "c2", "C"));
                assertThat(listener.next()).as("the old rows are out of sight").isEqualTo("c1 c2");

                harness.reload(of("C").substring(0, of("C").indexOf("bindings:")));
                assertThat(listener.next()).as("after a reload that revokes").isEqualTo("error 7");
                assertThat(listener.waiting()).isZero();
            }
        }
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
