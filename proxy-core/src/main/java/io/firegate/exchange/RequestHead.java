package io.firegate.exchange;

import io.firegate.firestore.method.FirestoreMethod;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of one gRPC request say, as far as firegate reads them. Everything else the client sends is dropped.
 *
 * @param path the {@code :path}
 * @param method the RPC the path names, or null
 * @param authorization the only {@code Authorization} value, or null
 * @param authorizations how many there were
 * @param timeoutNanos what {@code grpc-timeout} says, {@link Long#MAX_VALUE} when absent, negative when it cannot be read
 * @param traceparent W3C trace context, or null when absent or not well-formed
 * @param namedTier {@code x-firegate-tier}, or null; at most one is taken, see {@code namedTiers}
 * @param namedTiers how many there were
 * @param encoded whether {@code grpc-encoding} names anything but identity
 */
public record RequestHead(
        String path,
        @Nullable FirestoreMethod method,
        @Nullable AsciiString authorization,
        int authorizations,
        long timeoutNanos,
        @Nullable String traceparent,
        @Nullable String namedTier,
        int namedTiers,
        boolean encoded) {
    /** The RPC's name, or the path as sent when it names none. */
    public String methodName() {
        return method == null ? path : method.rpcName();
    }
}
