package io.firegate.policy;

/**
 * One thing a request wants.
 *
 * @param operation what it does
 * @param resource what it touches
 * @param history whether it reads the past (an explicit {@code read_time})
 */
public record Access(Operation operation, Resource resource, boolean history) {
    /** An access to the present. */
    public static Access of(Operation operation, Resource resource) {
        return new Access(operation, resource, false);
    }
}
