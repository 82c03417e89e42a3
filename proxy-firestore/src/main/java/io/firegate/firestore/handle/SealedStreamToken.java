package io.firegate.firestore.handle;

import com.google.protobuf.ByteString;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Principal;
import org.jspecify.annotations.Nullable;

/**
 * What a client's stream token of a Write stream carries inside. Outside, it is bound to the principal, the database and the stream.
 *
 * <p>Content, in bytes: version 1, the position (8).
 *
 * @param position which answer of the stream it came with, counted from 0
 */
public record SealedStreamToken(long position) {
    private static final byte VERSION = 1;
    private static final int CONTENT_BYTES = 1 + Long.BYTES;

    /**
     * The token the client gets.
     *
     * @param streamId the stream's name, which no other stream of the principal has
     */
    public ByteString seal(HandleSealer sealer, Principal principal, DatabaseName database, String streamId) {
        byte[] content = new byte[CONTENT_BYTES];
        content[0] = VERSION;
        Bytes.putLong(content, 1, position);
        return ByteString.copyFrom(
                sealer.seal(HandleKind.STREAM_TOKEN, binding(principal, database, streamId), content));
    }

    /** What is inside a token a client sent; null when it was not given to this principal on this stream of this database. */
    public static @Nullable SealedStreamToken open(
            HandleSealer sealer, byte[] sealed, Principal principal, DatabaseName database, String streamId) {
        if (sealed.length > HandleSealer.SEALED_BYTES_MAX) {
            return null;
        }
        byte[] content = sealer.open(HandleKind.STREAM_TOKEN, binding(principal, database, streamId), sealed);
        return content == null || content.length != CONTENT_BYTES || content[0] != VERSION
                ? null
                : new SealedStreamToken(Bytes.getLong(content, 1));
    }

    private static byte[] binding(Principal principal, DatabaseName database, String streamId) {
        return Binding.of(principal).database(database).text(streamId).toBytes();
    }
}
