package io.firegate.error;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One refusal or fault, ready to be rendered.
 *
 * @param code the catalogue entry
 * @param reason the word of the closed vocabulary behind it, or the code itself: its name is the {@code ErrorInfo} reason
 * @param message the public sentence; tells nothing about stored data
 * @param metadata the {@code ErrorInfo} metadata
 * @param challenge the {@code WWW-Authenticate} value, or null
 */
public record Failure(
        ErrorCode code,
        Enum<?> reason,
        String message,
        Map<String, String> metadata,
        @Nullable String challenge) {
    /** Who speaks, in {@code ErrorInfo}: tells firegate's errors from Google's. */
    public static final String DOMAIN = "firegate";

    /** The metadata that names the decision. */
    private static final String DECISION = "decision";

    /** The metadata that says when to come back; over REST it is {@code Retry-After} as well. */
    public static final String RETRY_AFTER_SECONDS = "retryAfterSeconds";

    public Failure {
        metadata = Map.copyOf(metadata);
    }

    /** A failure that needs no more words than its code. */
    public static Failure of(ErrorCode code, String message) {
        return new Failure(code, code, message, Map.of(), null);
    }

    /** How it is answered. */
    public GrpcStatus status() {
        return code.status();
    }

    /** Says which decision it was, unless it says so already. */
    public Failure decidedAs(String decisionId) {
        return metadata.containsKey(DECISION) ? this : with(DECISION, decisionId);
    }

    /** The same failure with one more fact. */
    public Failure with(String key, String value) {
        java.util.HashMap<String, String> more = new java.util.HashMap<>(metadata);
        more.put(key, value);
        return new Failure(code, reason, message, more, challenge);
    }
}
