package io.firegate.firestore.handle;

import io.firegate.policy.DatabaseName;
import io.firegate.policy.Principal;
import java.util.Arrays;

/**
 * What must be the same again when a handle comes back, as bytes: whom it was given to, and then whatever else is added, in order.
 *
 * <p>Two bindings have equal bytes only when the same things were added in the same order: each stands behind its type and length.
 * There is no binding without a principal.
 */
public final class Binding {
    private static final byte TEXT = 1;
    private static final byte BYTES = 2;
    private static final byte NUMBER = 3;
    private static final byte FLAG = 4;

    private byte[] bytes = new byte[512];
    private int length;

    private Binding() {}

    /**
     * Bound to a principal: the tenant, the object and the client application it calls through. Another token of the same caller
     * is the same caller.
     */
    public static Binding of(Principal principal) {
        return new Binding()
                .text(principal.tenant().value())
                .text(principal.oid().value())
                .text(principal.app().value());
    }

    /** And to a database. */
    public Binding database(DatabaseName database) {
        return text(database.project()).text(database.database());
    }

    /** And to a text, character by character. UTF-8 would write all broken surrogates as one and the same `?`. */
    public Binding text(String text) {
        int at = field(TEXT, text.length() * 2L);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes[at + 2 * i] = (byte) (c >> 8);
            bytes[at + 2 * i + 1] = (byte) c;
        }
        return this;
    }

    /** And to some bytes. */
    public Binding bytes(byte[] value) {
        int at = field(BYTES, value.length);
        System.arraycopy(value, 0, bytes, at, value.length);
        return this;
    }

    /** And to a number. */
    public Binding number(long value) {
        Bytes.putLong(bytes, field(NUMBER, Long.BYTES), value);
        return this;
    }

    /** And to a yes or no. */
    public Binding flag(boolean value) {
        int at = field(FLAG, 1);
        bytes[at] = (byte) (value ? 1 : 0);
        return this;
    }

    /** The bytes so far, a copy. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** Writes a field's type and length, makes room for its value and answers where that goes. */
    private int field(byte type, long valueLength) {
        int at = length + 1 + Integer.BYTES;
        int end = Math.toIntExact(at + valueLength);
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(end, 2L * bytes.length)));
        }
        bytes[length] = type;
        Bytes.putInt(bytes, length + 1, (int) valueLength);
        length = end;
        return at;
    }
}
