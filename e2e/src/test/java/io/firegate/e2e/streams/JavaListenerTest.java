package io.firegate.e2e.streams;

import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.ListenerRegistration;
import com.google.cloud.firestore.QueryDocumentSnapshot;
import io.firegate.e2e.Clients;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A listener of the official Java client, whose credential object gives the token of the moment. */
class JavaListenerTest {
    /** The client opens its stream again after a pause of its own that can grow to a minute. */
    private static final long EVENT_WITHIN_SECONDS = 90;

    @Test
    void itsUserSeesEachChangeOnce(@TempDir Path directory) throws Exception {
        ListenerSteps.walk(directory, Listening::new);
    }

    private static final class Listening implements ListenerSteps.Listener {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private final Firestore client;
        private final ListenerRegistration listening;
        private volatile String token;

        Listening(String address, String project, String token, String collection) {
            this.token = token;
            this.client = Clients.plaintext(address, project, "(default)", () -> this.token);
            this.listening = client.collection(collection).addSnapshotListener((value, error) -> {
                if (error != null) {
                    events.add("error "
                            + Objects.requireNonNull(error.getStatus())
                                    .getCode()
                                    .value());
                } else if (value != null) {
                    events.add(value.getDocuments().stream()
                            .map(QueryDocumentSnapshot::getId)
                            .collect(Collectors.joining(" ")));
                }
            });
        }

        @Override
        public String next() throws InterruptedException {
            @Nullable String event = events.poll(EVENT_WITHIN_SECONDS, TimeUnit.SECONDS);
            return event == null ? "no event within " + EVENT_WITHIN_SECONDS + " s" : event;
        }

        @Override
        public int waiting() {
            return events.size();
        }

        @Override
        public void token(String fresh) {
            token = fresh;
        }

        @Override
        public void close() {
            listening.remove();
            client.shutdownNow();
        }
    }
}
