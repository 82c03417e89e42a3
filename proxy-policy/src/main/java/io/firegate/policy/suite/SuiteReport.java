package io.firegate.policy.suite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Results as text for a person, and as JUnit's XML for a build server. */
public final class SuiteReport {
    private SuiteReport() {}

    /** Each failed test with its account, then a summary. */
    public static List<String> lines(List<CaseResult> results) {
        List<String> lines = new ArrayList<>();
        int failed = 0;
        for (CaseResult result : results) {
            if (!result.passed()) {
                failed++;
                lines.add(
                        "FAIL " + result.test().position() + " " + result.test().name() + ": " + result.summary());
                result.account().forEach(line -> lines.add("    " + line));
            }
        }
        lines.add(count(results.size(), "test") + ", " + (results.size() - failed) + " passed, " + failed + " failed");
        return lines;
    }

    private static String count(int number, String word) {
        return number + " " + word + (number == 1 ? "" : "s");
    }

    /** One {@code testsuite} per file, one {@code testcase} per test. */
    public static String junit(List<CaseResult> results) {
        Map<String, List<CaseResult>> byFile = new LinkedHashMap<>();
        for (CaseResult result : results) {
            byFile.computeIfAbsent(result.test().position().file(), file -> new ArrayList<>())
                    .add(result);
        }
        StringBuilder out = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites")
                .append(counts(results))
                .append(">\n");
        byFile.forEach((file, own) -> {
            out.append("  <testsuite name=\"")
                    .append(xml(file))
                    .append('"')
                    .append(counts(own))
                    .append(">\n");
            own.forEach(result -> testcase(out, file, result));
            out.append("  </testsuite>\n");
        });
        return out.append("</testsuites>\n").toString();
    }

    private static String counts(List<CaseResult> results) {
        long failed = results.stream().filter(result -> !result.passed()).count();
        return " tests=\"" + results.size() + "\" failures=\"" + failed + "\" errors=\"0\" skipped=\"0\"";
    }

    private static void testcase(StringBuilder out, String file, CaseResult result) {
        out.append("    <testcase classname=\"")
                .append(xml(file))
                .append("\" name=\"")
                .append(xml(result.test().name()))
                .append("\" file=\"")
                .append(xml(file))
                .append("\" line=\"")
                .append(result.test().position().line());
        if (result.passed()) {
            out.append("\"/>\n");
            return;
        }
        out.append("\">\n      <failure message=\"")
                .append(xml(result.summary()))
                .append("\">")
                .append(xml(String.join("\n", result.account())))
                .append("</failure>\n    </testcase>\n");
    }

    /** Text for an attribute or an element. XML has no way to write most control characters. */
    private static String xml(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\n', '\t' -> out.appendCodePoint(c);
                default -> out.appendCodePoint(c < ' ' || c == 0xFFFE || c == 0xFFFF ? 0xFFFD : c);
            }
        });
        return out.toString();
    }
}
