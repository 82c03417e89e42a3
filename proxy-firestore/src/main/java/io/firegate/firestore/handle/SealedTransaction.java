package io.firegate.firestore.handle;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Principal;
import org.jspecify.annotations.Nullable;

/**
 * What a client's transaction id carries inside. Outside, it is bound to the principal and the database it was begun in.
 *
 * <p>Content, in bytes: version 1, flags (1 read-only, 2 history), length of the credential's name (2), the name in UTF-8,
 * Firestore's id.
 *
 * @param upstream the id Firestore gave; never empty, which would mean no transaction at all
 * @param credential name of the credential it was begun with; nothing else may use it
 * @param mode what may be done in it
 * @param history whether it was begun at an explicit {@code read_time}, so that every read in it needs {@code history}
 */
public record SealedTransaction(ByteString upstream, String credential, Mode mode, boolean history) {
    private static final byte VERSION = 1;
    private static final int READ_ONLY_FLAG = 1;
    private static final int HISTORY_FLAG = 2;
    private static final int CREDENTIAL_AT = 4;
    private static final int CREDENTIAL_BYTES_MAX = 0xFFFF;

    /** What may be done in a transaction. */
    public enum Mode {
        READ_WRITE,
        READ_ONLY
    }

    public SealedTransaction {
        if (upstream.isEmpty()) {
            throw new IllegalArgumentException("an empty transaction id");
        }
    }

    /** The id the client gets. */
    public ByteString seal(HandleSealer sealer, Principal principal, DatabaseName database) {
        return ByteString.copyFrom(sealer.seal(HandleKind.TRANSACTION, binding(principal, database), encode()));
    }

    /** What is inside an id a client sent; null when it was not given to this principal for this database. */
    public static @Nullable SealedTransaction open(
            HandleSealer sealer, ByteString sealed, Principal principal, DatabaseName database) {
        if (sealed.size() > HandleSealer.SEALED_BYTES_MAX) {
            return null;
        }
        byte[] content = sealer.open(HandleKind.TRANSACTION, binding(principal, database), sealed.toByteArray());
        return content == null ? null : decode(content);
    }

    private static byte[] binding(Principal principal, DatabaseName database) {
        return Binding.of(principal).database(database).toBytes();
    }

    byte[] encode() {
        byte[] name = credential.getBytes(UTF_8);
        if (name.length > CREDENTIAL_BYTES_MAX) {
            throw new IllegalArgumentException("a credential's name of " + name.length + " bytes");
        }
        byte[] content = new byte[CREDENTIAL_AT + name.length + upstream.size()];
        content[0] = VERSION;
        content[1] = (byte) ((mode == Mode.READ_ONLY ? READ_ONLY_FLAG : 0) | (history ? HISTORY_FLAG : 0));
        content[2] = (byte) (name.length >> 8);
        content[3] = (byte) name.length;
        System.arraycopy(name, 0, content, CREDENTIAL_AT, name.length);
        upstream.copyTo(content, CREDENTIAL_AT + name.length);
        return content;
    }

    /** Reads what {@link #encode} wrote; null for what another version may have written, which is as good as unknown. */
    static @Nullable SealedTransaction decode(byte[] content) {
        if (content.length < CREDENTIAL_AT
                || content[0] != VERSION
                || (content[1] & ~(READ_ONLY_FLAG | HISTORY_FLAG)) != 0) {
            return null;
        }
        int upstreamAt = CREDENTIAL_AT + ((content[2] & 0xFF) << 8 | (content[3] & 0xFF));
        if (upstreamAt >= content.length) {
            return null;
        }
        return new SealedTransaction(
                ByteString.copyFrom(content, upstreamAt, content.length - upstreamAt),
                new String(content, CREDENTIAL_AT, upstreamAt - CREDENTIAL_AT, UTF_8),
                (content[1] & READ_ONLY_FLAG) != 0 ? Mode.READ_ONLY : Mode.READ_WRITE,
                (content[1] & HISTORY_FLAG) != 0);
    }

    /** Without Firestore's id, which is as good as a key to the transaction. */
    @Override
    public String toString() {
        return "SealedTransaction[" + credential + ", " + mode + (history ? ", history" : "") + "]";
    }
}
