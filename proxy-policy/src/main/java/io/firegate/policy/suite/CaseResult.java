package io.firegate.policy.suite;

import java.util.List;

/**
 * What became of one test.
 *
 * @param test the test
 * @param findings what was not as expected; none when it passed
 * @param account how the policy came to its verdict, line by line
 */
public record CaseResult(SuiteCase test, List<Finding> findings, List<String> account) {
    /**
     * One thing that was not as expected.
     *
     * @param what the key of {@code then}
     * @param expected what the test says
     * @param got what came of it
     */
    public record Finding(String what, String expected, String got) {
        @Override
        public String toString() {
            return what + ": expected " + expected + ", got " + got;
        }
    }

    public CaseResult {
        findings = List.copyOf(findings);
        account = List.copyOf(account);
    }

    /** Whether all was as expected. */
    public boolean passed() {
        return findings.isEmpty();
    }

    /** What was not as expected, in one line. */
    public String summary() {
        return String.join("; ", findings.stream().map(Finding::toString).toList());
    }
}
