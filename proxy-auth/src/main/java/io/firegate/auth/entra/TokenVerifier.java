package io.firegate.auth.entra;

/** Turns the value of an {@code Authorization} header into a verified token. Safe for any thread; never blocks. */
public final class TokenVerifier {
    /**
     * Verifies one header value. Cheap when the same token was verified before: one SHA-256 over it.
     *
     * @param header holds the value, one byte per character
     * @param offset where the value starts
     * @param length how long it is
     */
    public Verification verify(byte[] header, int offset, int length) {
        return new Verification.Refused(TokenProblem.MISSING);
    }
}
