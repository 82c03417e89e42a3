package io.firegate.metrics;

import java.util.Comparator;
import java.util.List;

/**
 * One series and its value now.
 *
 * @param labels the values of the metric's labels, in their order
 */
record Sample(List<String> labels, double value) {
    /** Puts series in the order a reader expects. */
    static final Comparator<List<String>> LABELS_ORDER = Comparator.comparing(labels -> String.join("\0", labels));

    Sample {
        labels = List.copyOf(labels);
    }

    /** A series that counts; a double is exact up to 2^53. */
    static Sample counted(List<String> labels, long value) {
        return new Sample(labels, (double) value);
    }

    /** The only series of a metric without labels. */
    static List<Sample> of(long value) {
        return List.of(counted(List.of(), value));
    }

    /** The only series of a metric without labels. */
    static List<Sample> of(double value) {
        return List.of(new Sample(List.of(), value));
    }
}
