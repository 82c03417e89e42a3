package io.firegate.e2e.streams;

import com.google.api.core.ApiFuture;
import com.google.api.gax.rpc.CancelledException;
import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.WriteResult;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * Writes straight to the emulator, tried again when it stumbles over a listener that is just going: it then ends a commit with "call
 * already cancelled". Safe for any thread.
 */
final class AdminWrites {
    private static final int ATTEMPTS_MAX = 20;

    private final Firestore firestore;

    AdminWrites(Firestore firestore) {
        this.firestore = firestore;
    }

    void set(String path, Map<String, Object> fields) throws Exception {
        retrying(() -> firestore.document(path).set(fields));
    }

    void update(String path, String field, Object value) throws Exception {
        retrying(() -> firestore.document(path).update(field, value));
    }

    void delete(String path) throws Exception {
        retrying(() -> firestore.document(path).delete());
    }

    private static void retrying(Supplier<ApiFuture<WriteResult>> write) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                write.get().get();
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof CancelledException) || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }
}
