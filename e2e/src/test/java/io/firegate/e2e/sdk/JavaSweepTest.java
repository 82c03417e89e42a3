package io.firegate.e2e.sdk;

import com.google.api.gax.rpc.ApiException;
import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.FirestoreException;
import io.firegate.e2e.GatewayHarness;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls of {@link JavaCalls}. */
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class JavaSweepTest {
    @Test
    void everyCallGivesTheSame(@TempDir Path directory) throws Exception {
        try (GatewayHarness harness = GatewayHarness.withPolicy(directory, Sweeps.policy());
                Firestore straight = harness.direct(Sweeps.DIRECT);
                Firestore through =
                        harness.plaintext(Sweeps.GATEWAY, harness.tenant().userToken(GatewayHarness.OWNER))) {
            CompatibilityPage.check("java", sweep(straight), sweep(through), Map.of());
        }
    }

    private static Map<String, String> sweep(Firestore db) {
        Map<String, String> results = new LinkedHashMap<>();
        JavaCalls.rows().forEach((name, call) -> results.put(name, result(db, call)));
        return results;
    }

    private static String result(Firestore db, JavaCalls.Call call) {
        try {
            return String.valueOf(call.on(db));
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof ApiException api) {
                    return "fails: " + api.getStatusCode().getCode();
                }
                if (cause instanceof FirestoreException firestore && firestore.getStatus() != null) {
                    return "fails: " + firestore.getStatus().getCode();
                }
            }
            Throwable last = e;
            while (last.getCause() != null) {
                last = last.getCause();
            }
            return "fails: " + last.getClass().getSimpleName() + " " + last.getMessage();
        }
    }
}
