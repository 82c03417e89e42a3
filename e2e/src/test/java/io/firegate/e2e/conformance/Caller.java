package io.firegate.e2e.conformance;

import com.google.gson.JsonObject;
import java.util.Optional;

/** One way to reach Firestore. Blocks the calling thread; safe for any thread. */
interface Caller extends AutoCloseable {
    /** Makes a call; empty when it has no form this way. */
    Optional<Answer> call(Step.Request request, Variables variables);

    /** Makes an RPC whose message is given in proto JSON. */
    Answer call(String method, JsonObject message);

    @Override
    void close();
}
