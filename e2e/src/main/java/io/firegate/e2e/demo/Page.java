package io.firegate.e2e.demo;

import java.io.PrintStream;
import java.util.List;

/** Writes the demo's text: plain ASCII, aligned, nothing longer than it must be. */
final class Page {
    private static final int LABEL_WIDTH = 10;

    private final PrintStream out;

    Page(PrintStream out) {
        this.out = out;
    }

    /** A heading with an empty line before it. */
    void heading(String text) {
        out.println();
        out.println(text);
    }

    /** A line of its own. */
    void line(String text) {
        out.println(text);
    }

    /** A label and what belongs to it; more lines are aligned below. */
    void entry(String label, String text) {
        entry(label, List.of(text));
    }

    void entry(String label, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            String start = i == 0 ? label : "";
            out.println("    " + start + " ".repeat(Math.max(1, LABEL_WIDTH - start.length())) + lines.get(i));
        }
    }
}
