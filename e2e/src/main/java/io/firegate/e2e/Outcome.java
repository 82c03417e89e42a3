package io.firegate.e2e;

import java.util.List;
import java.util.Map;

/** What the official client made of an operation, in a form that compares value by value. */
public sealed interface Outcome {
    /** It came back: one line per document, in the order of the answer, or one line per write. */
    record Answered(List<String> lines) implements Outcome {
        public Answered {
            lines = List.copyOf(lines);
        }
    }

    /**
     * It failed.
     *
     * @param code the gRPC status code's name
     * @param reason {@code ErrorInfo.reason}, empty when the answer has none
     * @param domain {@code ErrorInfo.domain}, empty when the answer has none
     * @param metadata {@code ErrorInfo.metadata}
     * @param message the status message
     */
    record Failed(String code, String reason, String domain, Map<String, String> metadata, String message)
            implements Outcome {
        public Failed {
            metadata = Map.copyOf(metadata);
        }
    }
}
