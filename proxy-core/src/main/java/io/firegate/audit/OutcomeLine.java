package io.firegate.audit;

import io.firegate.error.GrpcStatus;
import java.time.Instant;

/**
 * What came of one exchange: its second line, handed to {@link AuditLog#outcome} once the answer is out or given up.
 *
 * @param id the id of the decision
 * @param time when the exchange ended
 * @param status what the caller was told
 * @param source who said so
 * @param upstreamNanos from forwarding the request to the end of the upstream's answer; negative when nothing was forwarded
 * @param messages messages of the answer
 * @param bytesIn bytes of request bodies received
 * @param bytesOut bytes of answer bodies sent
 * @param end how it ended
 */
public record OutcomeLine(
        DecisionId id,
        Instant time,
        GrpcStatus status,
        Source source,
        long upstreamNanos,
        long messages,
        long bytesIn,
        long bytesOut,
        End end) {

    /** Whose status it is. */
    public enum Source {
        /** Made by firegate. */
        FIREGATE("firegate"),
        /** Passed on from Firestore. */
        UPSTREAM("upstream");

        private final String word;

        Source(String word) {
            this.word = word;
        }

        /** The word in the record and in metric labels. */
        public String word() {
            return word;
        }
    }

    /** How an exchange ended. */
    public enum End {
        /** The caller was given a status. */
        COMPLETE("complete"),
        /** The caller went away first: reset, or closed the connection. */
        CANCELLED("cancelled"),
        /** The time the caller or a limit allowed was over. */
        DEADLINE("deadline");

        private final String word;

        End(String word) {
            this.word = word;
        }

        /** The word in the record. */
        public String word() {
            return word;
        }
    }
}
