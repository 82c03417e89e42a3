package io.firegate.edge;

import io.firegate.auth.entra.VerifiedToken;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * The last two header values of one connection that were verified, compared by object identity. A client that lets HPACK index its
 * token sends one byte for it, and HPACK hands out the very same object: no hash, no comparison. Belongs to its event loop.
 *
 * <p>Holding the object is what makes identity safe: it cannot be collected and its address given to another.
 */
final class TokenMemo {
    private static final int ENTRIES = 2;

    private final @Nullable AsciiString[] values = new @Nullable AsciiString[ENTRIES];
    private final @Nullable VerifiedToken[] tokens = new @Nullable VerifiedToken[ENTRIES];
    private int next;

    @Nullable
    @SuppressWarnings("ReferenceEquality") // the whole point: see the class comment
    VerifiedToken find(AsciiString value) {
        for (int i = 0; i < ENTRIES; i++) {
            if (values[i] == value) {
                return tokens[i];
            }
        }
        return null;
    }

    void remember(AsciiString value, VerifiedToken token) {
        values[next] = value;
        tokens[next] = token;
        next = (next + 1) % ENTRIES;
    }
}
