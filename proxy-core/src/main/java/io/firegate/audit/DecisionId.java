package io.firegate.audit;

/**
 * The name of one decision: in the record, in the error details a caller sees and in the log. Unique across replicas; not a secret
 * and not unguessable.
 *
 * <p>Written as {@code ppppppppppppp-n}: 13 digits for the process and one or more for the number, both unsigned in base 32
 * ({@code 0-9a-v}), so that it survives a case-insensitive search and a double click.
 *
 * @param process random bits of the process that decided
 * @param number counts the decisions of that process
 */
public record DecisionId(long process, long number) {
    /** Longest written form: twice 13 digits for 64 bits at 5 bits a digit, and the dash. */
    static final int CHARS_MAX = 27;

    private static final int PROCESS_DIGITS = 13;
    private static final byte[] DIGITS = Ascii.bytes("0123456789abcdefghijklmnopqrstuv");

    /** Writes the id as ASCII and returns the index after it; {@code to} has room for {@link #CHARS_MAX} bytes. */
    int write(byte[] to, int at) {
        int end = digits(process, PROCESS_DIGITS, to, at);
        to[end++] = '-';
        int width = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(number) + 4) / 5);
        return digits(number, width, to, end);
    }

    private static int digits(long value, int width, byte[] to, int at) {
        long rest = value;
        for (int i = at + width - 1; i >= at; i--) {
            to[i] = DIGITS[(int) (rest & 31)];
            rest >>>= 5;
        }
        return at + width;
    }

    @Override
    public String toString() {
        byte[] text = new byte[CHARS_MAX];
        return Ascii.string(text, write(text, 0));
    }
}
