package io.firegate.e2e.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code docs/compatibility.md}: a table of calls for each client, between two comments that name it. With
 * {@code -Dfiregate.compatibility=write} a table is written, otherwise the committed one must be what the run gave.
 */
final class CompatibilityPage {
    private static final Path FILE = Path.of("..", "docs", "compatibility.md");
    private static final boolean WRITE = "write".equals(System.getProperty("firegate.compatibility"));

    /** A cell is a glance; the test compares whole results. */
    private static final int CELL_MAX = 60;

    private CompatibilityPage() {}

    /**
     * Compares what one client got, and the page.
     *
     * @param section the client's section of the page
     * @param direct the result of each call straight to the emulator, in the order of the calls
     * @param gateway the same through firegate
     * @param differs what firegate answers differently on purpose, by call
     */
    static void check(
            String section, Map<String, String> direct, Map<String, String> gateway, Map<String, String> differs)
            throws IOException {
        List<String> unequal = new ArrayList<>();
        List<String> table = new ArrayList<>(List.of("| call | direct | gateway |", "| --- | --- | --- |"));
        for (Map.Entry<String, String> row : direct.entrySet()) {
            String other = gateway.getOrDefault(row.getKey(), "not reached");
            boolean same = row.getValue().equals(other);
            String why = differs.get(row.getKey());
            if (why == null ? !same : same) {
                unequal.add(row.getKey() + (same ? " is listed as different and is not" : "") + "\n      direct  "
                        + row.getValue() + "\n      gateway " + other);
            }
            table.add("| " + cell(row.getKey()) + " | " + cell(row.getValue()) + " | "
                    + (same ? "the same" : cell(other) + (why == null ? "" : ": " + why)) + " |");
        }
        assertThat(unequal).as(section).isEmpty();
        assertThat(gateway.keySet()).isEqualTo(direct.keySet());

        String page = Files.readString(FILE, StandardCharsets.UTF_8);
        String begin = "<!-- " + section + " -->\n\n";
        String end = "\n\n<!-- end -->";
        int from = page.indexOf(begin) + begin.length();
        int to = page.indexOf(end, from);
        assertThat(page).as("the page has the section").contains(begin);
        String made = String.join("\n", table);
        if (WRITE) {
            Files.writeString(FILE, page.substring(0, from) + made + page.substring(to), StandardCharsets.UTF_8);
        } else {
            assertThat(page.substring(from, to))
                    .as("docs/compatibility.md, " + section + "; write it with -Dfiregate.compatibility=write")
                    .isEqualTo(made);
        }
    }

    private static String cell(String text) {
        String line =
                text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;").strip();
        return line.codePointCount(0, line.length()) > CELL_MAX
                ? line.substring(0, line.offsetByCodePoints(0, CELL_MAX)) + "…"
                : line;
    }
}
