package io.firegate.firestore.handle;

import com.google.protobuf.ByteString;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Principal;
import org.jspecify.annotations.Nullable;

/**
 * What a client's resume token carries inside. Outside, it is bound to the principal, to what is listened to and to what the policy
 * demanded of it: under another demand the client's picture is another one, so a stream must begin afresh.
 *
 * @param upstream the token Firestore gave
 */
public record SealedResumeToken(ByteString upstream) {
    /**
     * What is listened to. The next stream must ask for the same.
     *
     * @param target the target as the client wrote it, in any bytes that differ when it differs
     * @param obligations what the verdict demanded, in any text that differs when it differs
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes to be sealed, never compared
    public record Target(DatabaseName database, byte[] target, String obligations) {
        private byte[] binding(Principal principal) {
            return Binding.of(principal)
                    .database(database)
                    .bytes(target)
                    .text(obligations)
                    .toBytes();
        }
    }

    /** The token the client gets; empty, so that it has none, when Firestore's is longer than any it gives. */
    public ByteString seal(HandleSealer sealer, Principal principal, Target target) {
        return upstream.size() > HandleSealer.CONTENT_BYTES_MAX
                ? ByteString.EMPTY
                : ByteString.copyFrom(
                        sealer.seal(HandleKind.RESUME_TOKEN, target.binding(principal), upstream.toByteArray()));
    }

    /** What is inside a token a client sent; null when it was not given to this principal for this target. */
    public static @Nullable SealedResumeToken open(
            HandleSealer sealer, ByteString sealed, Principal principal, Target target) {
        if (sealed.size() > HandleSealer.SEALED_BYTES_MAX) {
            return null;
        }
        byte[] content = sealer.open(HandleKind.RESUME_TOKEN, target.binding(principal), sealed.toByteArray());
        return content == null ? null : new SealedResumeToken(ByteString.copyFrom(content));
    }

    /** Without Firestore's token. */
    @Override
    public String toString() {
        return "SealedResumeToken";
    }
}
