package io.firegate.auth.federation;

import java.time.Instant;

/** A token somebody issued to firegate. Never prints its text. */
final class FetchedToken {
    /** Google's federated tokens are up to 12 KiB, Entra's about the same. */
    private static final int CHARS_MAX = 16_384;

    private final String text;
    private final Instant expiresAt;

    /**
     * A token whose text {@link #isPlain} accepts.
     *
     * @param expiresAt when it stops being accepted; {@link Instant#MAX} when nobody said
     */
    FetchedToken(String text, Instant expiresAt) {
        if (!isPlain(text)) {
            throw new IllegalArgumentException("not the text of a token");
        }
        this.text = text;
        this.expiresAt = expiresAt;
    }

    /**
     * Whether a text may stand after {@code Bearer}: token68 of RFC 9110 section 11.2 and of a bearable length. Anything else could end
     * the header and begin another.
     */
    static boolean isPlain(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '=') {
            end--;
        }
        if (end == 0 || text.length() > CHARS_MAX) {
            return false;
        }
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-._~+/".indexOf(c) >= 0;
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    /** The token itself. Never logged. */
    String text() {
        return text;
    }

    Instant expiresAt() {
        return expiresAt;
    }

    @Override
    public String toString() {
        return "FetchedToken[expires " + expiresAt + "]";
    }
}
