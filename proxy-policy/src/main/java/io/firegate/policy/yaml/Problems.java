package io.firegate.policy.yaml;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects problems so that all are told at once. Bounded; one thread at a time. */
public final class Problems {
    /** Errors kept, and as many warnings: more than a person repairs in one go. The rest is counted. */
    public static final int KEPT_MAX = 100;

    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();
    private int errorCount;
    private int warningCount;

    /** Takes note of a problem; beyond {@link #KEPT_MAX} it is only counted. */
    public void add(Problem problem) {
        if (problem.severity() == Problem.Severity.ERROR) {
            errorCount++;
            keep(errors, problem);
        } else {
            warningCount++;
            keep(warnings, problem);
        }
    }

    private static void keep(List<Problem> list, Problem problem) {
        if (list.size() < KEPT_MAX) {
            list.add(problem);
        }
    }

    /** Whether anything refuses the files read so far. */
    public boolean hasErrors() {
        return errorCount > 0;
    }

    /** The errors kept, in order of file and place. */
    public List<Problem> errors() {
        return sorted(errors);
    }

    /** The warnings kept, in order of file and place. */
    public List<Problem> warnings() {
        return sorted(warnings);
    }

    /** How many errors there were in all, kept or not. */
    public int errorCount() {
        return errorCount;
    }

    /** How many warnings there were in all, kept or not. */
    public int warningCount() {
        return warningCount;
    }

    /** Every kept problem, errors first, and how many more there were; one text to print, empty when there is nothing to say. */
    public String render() {
        List<Problem> all = errors();
        all.addAll(warnings());
        return render(all, errorCount + warningCount);
    }

    /**
     * Problems as one text.
     *
     * @param problems those to print
     * @param count how many there were in all
     */
    public static String render(List<Problem> problems, int count) {
        StringBuilder out = new StringBuilder();
        for (Problem problem : problems) {
            out.append(problem.render()).append('\n');
        }
        if (count > problems.size()) {
            out.append("and ").append(count - problems.size()).append(" more\n");
        }
        return out.toString();
    }

    private static List<Problem> sorted(List<Problem> list) {
        List<Problem> copy = new ArrayList<>(list);
        copy.sort(Comparator.comparing(Problem::file)
                .thenComparingInt(Problem::line)
                .thenComparingInt(Problem::column));
        return copy;
    }
}
