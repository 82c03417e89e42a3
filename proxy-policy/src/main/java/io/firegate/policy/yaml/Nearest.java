package io.firegate.policy.yaml;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Guesses which known word a mistyped one was meant to be. */
public final class Nearest {
    /** A longer word is not compared: the cost grows with the square, and nobody mistypes a key of this length. */
    private static final int LENGTH_MAX = 64;

    private Nearest() {}

    /**
     * The known word closest to {@code word}: at most a third of its letters apart (two at most), counting a swap of neighbours as
     * one and ignoring case. Empty when none is close.
     */
    public static Optional<String> to(String word, Collection<String> known) {
        if (word.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        String folded = word.toLowerCase(Locale.ROOT);
        int allowed = Math.min(2, (word.length() + 1) / 3);
        String best = null;
        int bestDistance = allowed + 1;
        for (String candidate : known) {
            if (candidate.length() > LENGTH_MAX || Math.abs(candidate.length() - word.length()) > allowed) {
                continue;
            }
            int distance = distance(folded, candidate.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Optimal string alignment distance. */
    private static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replace, Math.min(last[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    current[j] = Math.min(current[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = current;
        }
        return last[b.length()];
    }
}
