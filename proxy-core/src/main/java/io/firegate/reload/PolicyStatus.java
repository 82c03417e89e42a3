package io.firegate.reload;

import io.firegate.policy.yaml.Problem;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the policy in force stands to its files, for metrics and the readiness page. Immutable.
 *
 * @param snapshotId the policy in force
 * @param since when it came into force
 * @param readAt when the files were last read, well or not
 * @param failure why the files as they are now are not in force; null when they are
 * @param loaded how often a new policy came into force, the first included
 * @param unchanged how often the files were read and were the same
 * @param refused how often the files were read and could not be used
 */
public record PolicyStatus(
        String snapshotId,
        Instant since,
        Instant readAt,
        @Nullable Failure failure,
        long loaded,
        long unchanged,
        long refused) {

    /**
     * Files that could not be used.
     *
     * @param at when that was last found
     * @param count how many problems there are in all; the list is bounded
     */
    public record Failure(Instant at, List<Problem> problems, int count) {
        public Failure {
            problems = List.copyOf(problems);
        }
    }
}
