package io.firegate.policy.yaml;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A value in a file, with its place. One thread at a time.
 *
 * <p>The {@code as…} methods read the value as one type; when it is another they report a problem and answer null, so a loader
 * goes on and tells everything at once.
 */
public abstract sealed class YamlNode permits YamlScalar, YamlSequence, YamlMapping {
    final YamlSource source;
    private final int line;
    private final int column;

    YamlNode(YamlSource source, int line, int column) {
        this.source = source;
        this.line = line;
        this.column = column;
    }

    /** Where it begins. */
    public Position position() {
        return new Position(source.name(), line, column);
    }

    /** Reports that something is wrong here. */
    public void problem(String message) {
        source.add(Problem.Severity.ERROR, line, column, message, null);
    }

    /** Reports that something is wrong here and what to write instead. */
    public void problem(String message, String fix) {
        source.add(Problem.Severity.ERROR, line, column, message, fix);
    }

    /** Reports something a person should look at; the file is used all the same. */
    public void warning(String message, @Nullable String fix) {
        source.add(Problem.Severity.WARNING, line, column, message, fix);
    }

    /** What it is, for messages: {@code the number 3}, {@code a list}. */
    abstract String described();

    /** The value as a string: quoted, or plain and neither a number, {@code true}, {@code false} nor {@code null}. */
    public @Nullable String asString() {
        problem("expected a string, found " + described());
        return null;
    }

    /** {@code true} or {@code false}, plain. */
    public @Nullable Boolean asBoolean() {
        problem("expected `true` or `false`, found " + described());
        return null;
    }

    /** A plain decimal integer between the two bounds, both included. */
    public @Nullable Long asInteger(long min, long max) {
        problem("expected an integer, found " + described());
        return null;
    }

    /** A moment with its offset, {@code 2027-01-31T00:00:00Z} (RFC 3339). */
    public @Nullable Instant asInstant() {
        problem("expected a time such as 2027-01-31T00:00:00Z, found " + described());
        return null;
    }

    /** The value as a list. */
    public @Nullable YamlSequence asSequence() {
        problem("expected a list, found " + described());
        return null;
    }

    /** The value as a mapping. */
    public @Nullable YamlMapping asMapping() {
        problem("expected a mapping, found " + described());
        return null;
    }

    @Override
    public String toString() {
        return described() + " at " + position();
    }
}
