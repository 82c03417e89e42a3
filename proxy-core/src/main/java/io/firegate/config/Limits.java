package io.firegate.config;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** The bounds in force. Immutable. */
public final class Limits {
    /** Every limit at its default. */
    public static final Limits DEFAULTS = new Limits(Map.of());

    private final EnumMap<Limit, Long> values = new EnumMap<>(Limit.class);

    /**
     * Limits with some values set.
     *
     * @throws IllegalArgumentException when a value is out of its range
     */
    public Limits(Map<Limit, Long> set) {
        for (Limit limit : Limit.values()) {
            long value = set.getOrDefault(limit, limit.defaultValue());
            if (value < limit.min() || value > limit.max()) {
                throw new IllegalArgumentException(
                        limit.key() + " is " + value + ", not between " + limit.min() + " and " + limit.max());
            }
            values.put(limit, value);
        }
    }

    /** The value of a limit, in its own unit. */
    public long get(Limit limit) {
        return values.getOrDefault(limit, limit.defaultValue());
    }

    /** The value of a size or count, as an int. */
    public int getInt(Limit limit) {
        return Math.toIntExact(get(limit));
    }

    /** The value of a limit in milliseconds. */
    public Duration getDuration(Limit limit) {
        return Duration.ofMillis(get(limit));
    }
}
