package io.firegate.edge;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * HPACK's Huffman code (RFC 7541 section 5.2 and appendix B), read by several bits at a time, as far as tokens go: a string with a symbol
 * whose code is longer than {@value #WIDTH} bits is left to others. Without state; safe for any thread.
 *
 * <p>The code is canonical: its words in the order of (length, symbol) count upwards, so the lengths say everything.
 */
final class HuffmanCode {
    /** What is returned for bytes that are no string of this code, or of its shorter codes. */
    static final int BAD = -1;

    /** The end of a string is no symbol that may stand in one. */
    private static final int EOS = 256;

    private static final int LENGTH_MIN = 5;
    private static final int LENGTH_MAX = 30;

    /** The length of each symbol's code in bits, 16 to a line, and that of EOS. */
    private static final byte[] LENGTHS = {
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, //
        28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, //
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, //
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, //
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, //
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, //
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, //
        6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, //
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, //
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, //
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, //
        21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, //
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, //
        19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, //
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, //
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, //
        30
    };

    /** All symbols in the order of their codes. */
    private static final short[] SYMBOLS = new short[EOS + 1];

    /** Of the codes of a length: the first, how many there are, and where their symbols begin in {@link #SYMBOLS}. */
    private static final int[] FIRST = new int[LENGTH_MAX + 1];

    private static final int[] COUNT = new int[LENGTH_MAX + 1];
    private static final int[] OFFSET = new int[LENGTH_MAX + 1];

    /**
     * Bits of one look-up. Letters of tokens have 5 to 8. Measured with 9 to 14: from 12 to 13 a tenth is gained, but the table is then as
     * large as the fastest cache, which is others' between two tokens.
     */
    private static final int WIDTH = 12;

    /**
     * What the next {@link #WIDTH} bits begin with: how many bits that is in the low six, which is all a shift looks at; how many
     * symbols, one or two; and these. Zero where a longer code begins.
     */
    private static final int[] PAIRS = new int[1 << WIDTH];

    private static final int BITS_MASK = 63;
    private static final int COUNT_AT = 6;
    private static final int COUNT_MASK = 3;
    private static final int SYMBOLS_AT = 16;

    /** A string is filled up to whole bytes, with ones; a whole byte of them is not needed and not allowed. */
    private static final int PADDING_MAX = 7;

    /** So many bits are there after each refill, enough for four look-ups. */
    private static final int REFILLED = 56;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle TWO_BYTES =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    static {
        int code = 0;
        int symbols = 0;
        for (int length = 1; length <= LENGTH_MAX; length++) {
            code <<= 1;
            FIRST[length] = code;
            OFFSET[length] = symbols;
            for (int symbol = 0; symbol <= EOS; symbol++) {
                if (LENGTHS[symbol] == length) {
                    SYMBOLS[symbols++] = (short) symbol;
                    code++;
                }
            }
            COUNT[length] = code - FIRST[length];
        }
        for (int next = 0; next < PAIRS.length; next++) {
            PAIRS[next] = pair((long) next << (Long.SIZE - WIDTH));
        }
    }

    private HuffmanCode() {}

    private static int pair(long bits) {
        int one = code(bits);
        int oneBits = LENGTHS[one];
        if (oneBits > WIDTH) {
            return 0;
        }
        int other = code(bits << oneBits);
        int bothBits = oneBits + LENGTHS[other];
        return bothBits > WIDTH ? entry(oneBits, 1, one) : entry(bothBits, 2, one | (other << Byte.SIZE));
    }

    private static int entry(int bits, int count, int symbols) {
        return bits | (count << COUNT_AT) | (symbols << SYMBOLS_AT);
    }

    /** The symbol whose code these bits begin with, from the highest on. There is one, for the code is complete. */
    private static int code(long bits) {
        for (int length = LENGTH_MIN; length < LENGTH_MAX; length++) {
            int nth = (int) (bits >>> (Long.SIZE - length)) - FIRST[length];
            if (nth < COUNT[length]) {
                return SYMBOLS[OFFSET[length] + nth];
            }
        }
        return SYMBOLS[OFFSET[LENGTH_MAX] + (int) (bits >>> (Long.SIZE - LENGTH_MAX)) - FIRST[LENGTH_MAX]];
    }

    /**
     * Decodes a string.
     *
     * @param from which holds it in the bytes from {@code start} to before {@code end}
     * @param to where it goes from {@code at} on, with room for eight fifths of its bytes: the shortest code has five bits
     * @return where it ends in {@code to}, or {@link #BAD}
     */
    static int decode(byte[] from, int start, int end, byte[] to, int at) {
        long bits = 0;
        int have = 0;
        int read = start;
        int written = at;
        while (end - read >= Long.BYTES) {
            bits |= (long) EIGHT_BYTES.get(from, read) >>> have;
            read += (Long.SIZE - 1 - have) >>> 3;
            have |= REFILLED;
            for (int more = REFILLED / WIDTH; more > 0; more--) {
                int pair = PAIRS[(int) (bits >>> (Long.SIZE - WIDTH))];
                if (pair == 0) {
                    return BAD;
                }
                bits <<= pair;
                // Two bytes whatever is there: what is still to be decoded now needs room for three.
                TWO_BYTES.set(to, written, (short) (pair >>> SYMBOLS_AT));
                written += (pair >>> COUNT_AT) & COUNT_MASK;
                have -= pair & BITS_MASK;
            }
        }
        return last(from, read, end, bits, have, to, written);
    }

    /** The last bytes, symbol by symbol, as if ones followed without end. */
    private static int last(byte[] from, int start, int end, long first, int held, byte[] to, int at) {
        // Beyond what is held lie the next bytes' bits already, where they belong: to read them once more changes
        // nothing.
        long bits = first;
        int have = held;
        int read = start;
        int written = at;
        while (true) {
            while (have <= REFILLED && read < end) {
                bits |= (from[read++] & 0xFFL) << (REFILLED - have);
                have += Byte.SIZE;
            }
            long padded = have == Long.SIZE ? bits : bits | (-1L >>> have);
            int pair = PAIRS[(int) (padded >>> (Long.SIZE - WIDTH))];
            if (pair == 0) {
                // Such a code begins with ten ones, so what is left of the string is ones too.
                return have <= PADDING_MAX ? written : BAD;
            }
            int symbol = (pair >>> SYMBOLS_AT) & 0xFF;
            int length = LENGTHS[symbol];
            if (length > have) {
                return BAD;
            }
            to[written++] = (byte) symbol;
            bits <<= length;
            have -= length;
        }
    }
}
