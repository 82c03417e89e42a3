package io.firegate.policy.yaml;

/**
 * A place in a file.
 *
 * @param file the file's name as the operator knows it
 * @param line counted from 1; 0 means the file as a whole
 * @param column counted from 1 in Unicode code points; 0 with line 0
 */
public record Position(String file, int line, int column) {
    /** The file as a whole. */
    public static Position whole(String file) {
        return new Position(file, 0, 0);
    }

    /** {@code file:line:column}, or the file alone. */
    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line + ":" + column;
    }
}
