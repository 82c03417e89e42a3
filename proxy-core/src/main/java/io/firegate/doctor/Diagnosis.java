package io.firegate.doctor;

import java.util.List;
import java.util.stream.Stream;

/**
 * What one probe found.
 *
 * @param result how it went
 * @param subject what was asked
 * @param text what came of it, in a sentence
 * @param fixes what to change, in words and commands; empty when all is well
 */
public record Diagnosis(Result result, String subject, String text, List<String> fixes) {
    /** How a probe went. */
    public enum Result {
        /** As it should. */
        GOOD("[+]"),
        /** Not as it should. */
        BAD("[-]"),
        /** It was not made. */
        SKIPPED("[ ]");

        private final String mark;

        Result(String mark) {
            this.mark = mark;
        }

        /** Before the line of a finding. */
        public String mark() {
            return mark;
        }
    }

    public Diagnosis {
        fixes = List.copyOf(fixes);
    }

    static Diagnosis good(String subject, String text) {
        return new Diagnosis(Result.GOOD, subject, text, List.of());
    }

    static Diagnosis bad(String subject, String text, String... fixes) {
        return new Diagnosis(Result.BAD, subject, text, List.of(fixes));
    }

    static Diagnosis skipped(String subject, String text) {
        return new Diagnosis(Result.SKIPPED, subject, text, List.of());
    }

    /** The lines to print. */
    public List<String> lines() {
        return Stream.concat(
                        Stream.of(result.mark() + " " + subject + ": " + text),
                        fixes.stream().map(fix -> "      fix: " + fix))
                .toList();
    }
}
