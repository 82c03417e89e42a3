package io.firegate.policy.yaml;

import org.jspecify.annotations.Nullable;

/**
 * One thing wrong in a file, for the person who must repair it. Prints without control characters, whatever the file holds.
 *
 * @param severity whether the file can be used all the same
 * @param position where
 * @param message what is wrong: lower case, no full stop, the file's own words in backticks
 * @param fix what to write instead, or null when the message says it
 * @param sourceLine the line, or the part of a long line around the place; empty when the problem has no line
 * @param caret how many characters of {@code sourceLine} stand before the place
 */
public record Problem(
        Severity severity,
        Position position,
        String message,
        @Nullable String fix,
        String sourceLine,
        int caret) {

    /** What a problem means for the file. */
    public enum Severity {
        /** The file is refused. */
        ERROR,
        /** The file is used; a person should look. */
        WARNING
    }

    public Problem {
        message = printable(message);
        fix = fix == null ? null : printable(fix);
        sourceLine = printable(sourceLine);
        if (caret < 0 || caret > sourceLine.length()) {
            throw new IllegalArgumentException("the caret is outside the line");
        }
    }

    /** A problem with a file as a whole. */
    public static Problem ofFile(String file, String message, @Nullable String fix) {
        return new Problem(Severity.ERROR, Position.whole(file), message, fix, "", 0);
    }

    /** The file's name. */
    public String file() {
        return position.file();
    }

    /** The line, counted from 1; 0 for the file as a whole. */
    public int line() {
        return position.line();
    }

    /** The column, counted from 1; 0 for the file as a whole. */
    public int column() {
        return position.column();
    }

    /** {@code file:line:column: message}, then the line, a caret below the place and the fix. No line break at the end. */
    public String render() {
        StringBuilder out = new StringBuilder(160);
        out.append(printable(position.toString())).append(": ");
        if (severity == Severity.WARNING) {
            out.append("warning: ");
        }
        out.append(message);
        if (position.line() > 0) {
            out.append("\n  ").append(sourceLine).append("\n  ");
            for (int i = 0; i < caret; ) {
                int c = sourceLine.codePointAt(i);
                out.append(c == '\t' ? '\t' : ' ');
                i += Character.charCount(c);
            }
            out.append('^');
        }
        if (fix != null) {
            out.append("\n  fix: ").append(fix);
        }
        return out.toString();
    }

    /** A file is shown on terminals and in logs: nothing in it may move the cursor, break a line or turn the text around. */
    private static String printable(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int type = Character.getType(c);
            boolean bad = (type == Character.CONTROL && c != '\t')
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR;
            if (bad) {
                if (out == null) {
                    out = new StringBuilder(text);
                }
                out.setCharAt(i, '\uFFFD');
            }
        }
        return out == null ? text : out.toString();
    }

    @Override
    public String toString() {
        return render();
    }
}
