package io.firegate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The code beside Netty's encoder. */
class HuffmanCodeTest {
    private static final long SEED = 20_261_128L;
    private static final int STRINGS = 20_000;
    private static final int BEFORE = 3;
    private static final int BEHIND = 20;
    private static final byte[] BAD = "no string of this code".getBytes(StandardCharsets.US_ASCII);
    private static final int SYMBOLS = 256;

    /** Each symbol at each place in a byte, alone, at the begin, in the middle and at the end of a string. */
    @Test
    void readsEverySymbolOfAShortCodeAsNettyWritesIt() {
        for (int symbol = 0; symbol < SYMBOLS; symbol++) {
            for (int before = 0; before <= 24; before++) {
                for (int after : new int[] {0, 1, 7, 40}) {
                    byte[] text = new byte[before + 1 + after];
                    Arrays.fill(text, (byte) 'e');
                    text[before] = (byte) symbol;
                    assertThat(decoded(HeaderBlock.huffman(text)))
                            .as("symbol %d behind %d", symbol, before)
                            .isEqualTo(isShort((byte) symbol) ? text : BAD);
                }
            }
        }
    }

    @Test
    void readsEveryStringOfSuchSymbolsAsNettyWritesIt() {
        int read = 0;
        for (long seed = SEED; seed < SEED + STRINGS; seed++) {
            Random random = new Random(seed);
            byte[] text = new byte[random.nextInt(200)];
            int letters = 1 + random.nextInt(SYMBOLS);
            boolean ofToken = random.nextBoolean();
            for (int i = 0; i < text.length; i++) {
                text[i] = (byte)
                        (ofToken
                                ? HeaderBlocks.IN_TOKENS.charAt(random.nextInt(HeaderBlocks.IN_TOKENS.length()))
                                : ' ' + random.nextInt(letters));
            }
            boolean all = true;
            for (byte symbol : text) {
                all &= isShort(symbol);
            }
            read += all ? 1 : 0;
            assertThat(decoded(HeaderBlock.huffman(text))).as("seed %d", seed).isEqualTo(all ? text : BAD);
        }
        assertThat(read).isBetween(STRINGS / 10, STRINGS - STRINGS / 10);
    }

    /** Whether a symbol's code has no more than the bits that are read at once: eight of it fill as many bytes as it has bits. */
    private static boolean isShort(byte symbol) {
        byte[] eight = new byte[Byte.SIZE];
        Arrays.fill(eight, symbol);
        return HeaderBlock.huffman(eight).length <= 12;
    }

    /** Ends of strings, as codes and what they are filled up with: {@code 0} is 00000, {@code &} 11111000, EOS thirty ones. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "nothing, '', true",
        "no bit, 11111000, true",
        "1 bit, 1011100 1, true",
        "2 bits, 010100 11, true",
        "3 bits, 00000 111, true",
        "4 bits, 010100 010100 1111, true",
        "5 bits, 00000 010100 11111, true",
        "6 bits, 00000 00000 111111, true",
        "7 bits, 00000 00000 00000 00000 00000 1111111, true",
        "8 bits, 11111000 11111111, false",
        "11 bits, 00000 111 11111111, false",
        "15 bits, 00000 00000 00000 00000 00000 1111111 11111111, false",
        "8 bits and no symbol, 11111111, false",
        "16 bits, 11111111 11111111, false",
        "24 bits, 11111111 11111111 11111111, false",
        "EOS, 111111111111111111111111111111 11, false",
        "EOS behind a symbol, 00000 111111111111111111111111111111 11111, false",
        "EOS before symbols, 111111111111111111111111111111 00000 00000, false",
        "EOS of ones only, 11111111 11111111 11111111 11111111 11111111, false",
        "1 bit that is 0, 1011100 0, false",
        "2 bits that end with 0, 010100 10, false",
        "2 bits that begin with 0, 010100 01, false",
        "3 zeros, 00000 000, false",
        "3 bits with 0 in the middle, 00000 101, false",
        "7 bits that end with 0, 00000 00000 00000 00000 00000 1111110, false",
        "a code of 30 bits and 2 bits, 111111111111111111111111111100 11, by Netty",
        "another of 30 bits and 2 bits, 111111111111111111111111111110 11, by Netty",
        "a code of 30 bits and 2 zeros, 111111111111111111111111111100 00, false",
        "the begin of a code of 10 bits, 11111111 00000000, false"
    })
    void endsOfStrings(String what, String bits, String good) {
        byte[] end = bytes(bits.replace(" ", ""));
        for (int stem : new int[] {0, 1, 2, 3, 7, 8, 9, 16, 60}) {
            // Of codes that fill whole bytes, so that what follows stands where the table says.
            byte[] text = new byte[8 * stem];
            Arrays.fill(text, (byte) '0');
            byte[] begin = HeaderBlock.huffman(text);
            byte[] huffman = Arrays.copyOf(begin, begin.length + end.length);
            System.arraycopy(end, 0, huffman, begin.length, end.length);
            assertThat(!Arrays.equals(decoded(huffman), BAD))
                    .as("behind %d", stem)
                    .isEqualTo(good.equals("true"));
            assertThat(nettyReads(huffman)).as("by Netty, behind %d", stem).isEqualTo(!good.equals("false"));
        }
    }

    private static byte[] bytes(String bits) {
        byte[] bytes = new byte[bits.length() / Byte.SIZE];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(bits.substring(i * Byte.SIZE, (i + 1) * Byte.SIZE), 2);
        }
        return bytes;
    }

    private static boolean nettyReads(byte[] huffman) {
        byte[] block = new HeaderBlock()
                .literal(HeaderBlock.WITHOUT_INDEXING, 0)
                .plain(new byte[] {'n'})
                .encoded(huffman)
                .toBytes();
        try {
            new DefaultHttp2HeadersDecoder(false).decodeHeaders(1, Unpooled.wrappedBuffer(block));
            return true;
        } catch (Http2Exception e) {
            return false;
        }
    }

    private static byte[] decoded(byte[] huffman) {
        // Between other bytes, which are all ones or all zeros: neither may be taken for a part of it.
        byte[] inOnes = decoded(huffman, (byte) 0xFF);
        assertThat(decoded(huffman, (byte) 0)).isEqualTo(inOnes);
        return inOnes;
    }

    private static byte[] decoded(byte[] huffman, byte others) {
        byte[] from = new byte[BEFORE + huffman.length + BEHIND];
        Arrays.fill(from, others);
        System.arraycopy(huffman, 0, from, BEFORE, huffman.length);
        byte[] to = new byte[BEFORE + huffman.length * 8 / 5];
        int end = HuffmanCode.decode(from, BEFORE, BEFORE + huffman.length, to, BEFORE);
        return end == HuffmanCode.BAD ? BAD : Arrays.copyOfRange(to, BEFORE, end);
    }
}
