package io.firegate.edge;

import static io.firegate.edge.HeaderBlock.INCREMENTAL;
import static io.firegate.edge.HeaderBlock.NEVER_INDEXED;
import static io.firegate.edge.HeaderBlock.WITHOUT_INDEXING;
import static io.firegate.edge.HeaderBlock.huffman;
import static io.firegate.edge.LongStrings.LONG_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.edge.DecoderPair.Memory;
import io.firegate.edge.DecoderPair.Outcome;
import io.netty.handler.codec.http2.Http2Exception;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Whatever block comes, Netty alone says the same of it; and which blocks it is given in plain. */
class LongStringsTest {
    private static final long FIRST_SEED = Long.getLong("headers.first", 1);
    private static final int CASES = Integer.getInteger("headers.cases", 4_000);
    private static final int BLOCKS = 6;
    private static final List<Memory> MEMORIES = List.of(Memory.values());
    private static final long LIST_BYTES = 32_768;
    private static final int AUTHORIZATION = 23;
    private static final int PATH = 4;

    /** The first index of the table that requests fill. */
    private static final int DYNAMIC = 62;

    private static final byte[] TOKEN = text("Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.", 2_000);

    private static final byte[] ENCODED = huffman(TOKEN);

    /** What becomes of a block before Netty sees it. */
    private enum Given {
        IN_PLAIN,
        AS_IT_CAME
    }

    private record Case(String name, HeaderBlock block, Given given, boolean good) {}

    private static List<Case> cases() {
        return List.of(
                // Every place a string may stand.
                plain("a value that HPACK indexes", value(INCREMENTAL).encoded(ENCODED)),
                plain("a value that is not indexed", value(WITHOUT_INDEXING).encoded(ENCODED)),
                plain("a value that never is", value(NEVER_INDEXED).encoded(ENCODED)),
                plain("a value of a literal name", name().plain(text("x-a", 3)).encoded(ENCODED)),
                plain("a name", name().encoded(huffman(text("x-a", 600))).plain(text("v", 9))),
                plain(
                        "a name and a value",
                        name().encoded(huffman(text("x-a", 600))).encoded(ENCODED)),
                plain(
                        "a value of an index in two bytes",
                        block().literal(NEVER_INDEXED, 15 + 8).encoded(ENCODED)),
                plain("between other representations", mixed()),
                plain(
                        "behind size updates",
                        block().sizeUpdate(0)
                                .sizeUpdate(15)
                                .sizeUpdate(4_096)
                                .indexed(2)
                                .bytes(token())),
                plain(
                        "an index of more bytes than needed",
                        block().integerPadding(1).literal(0, 15 + 8).encoded(ENCODED)),
                plain("the shortest that is long", value(NEVER_INDEXED).encoded(filling(LONG_BYTES))),

                // What there is no need to touch.
                same("a token in plain", value(NEVER_INDEXED).plain(TOKEN)),
                same(
                        "the longest that is not long",
                        value(NEVER_INDEXED).encoded(filling(LONG_BYTES - 1)).indexed(32)),
                same("short strings, many", block().bytes(repeated(value(0).encoded(filling(100)), 9))),
                same("long for its octets, and short", value(0).encoded(huffman(ones(100))), false),

                // What Netty is to judge.
                same("every octet", value(NEVER_INDEXED).encoded(huffman(octets())), false),
                same("a backslash before letters", value(0).encoded(huffman(text("\\", 600)))),
                bad("padding of a byte", value(0).encoded(Arrays.copyOf(ENCODED, ENCODED.length + 1))),
                bad("padding of zeros", value(0).encoded(zeroPadded())),
                bad("EOS", value(0).encoded(eos())),
                bad("EOS in a name", name().encoded(eos()).plain(TOKEN)),
                bad("a string beyond the block", value(0).encodedLength(5_000).bytes(ENCODED)),
                bad(
                        "a string a byte beyond it",
                        value(0).encodedLength(ENCODED.length + 1).bytes(ENCODED)),
                bad("no length", block().bytes(token()).literal(0, AUTHORIZATION)),
                bad(
                        "no end of a length",
                        block().bytes(token()).literal(0, AUTHORIZATION).bytes((byte) 0xFF, (byte) 0x80)),
                bad(
                        "no value behind a name",
                        block().bytes(token()).literal(0, 0).plain(text("x-a", 3))),
                bad("no name", block().bytes(token()).literal(0, 0)),
                bad("no end of an index", block().bytes(token()).bytes((byte) 0xFF, (byte) 0xFF)),
                bad(
                        "a length beyond every limit",
                        value(0).encodedLength(1L << 40).bytes(ENCODED)),
                bad("a length beyond 64 bits", value(0).bytes(repeated(block().bytes((byte) 0xFF), 400))),
                bad("an index of 400 bytes", block().bytes(repeated(block().bytes((byte) 0xFF), 400))),
                same(
                        "an index of bytes nobody needs",
                        block().integerPadding(3).literal(0, 15 + 8).encoded(ENCODED)),
                new Case(
                        "a size update behind a header",
                        block().indexed(2).sizeUpdate(0).bytes(token()),
                        Given.IN_PLAIN,
                        false),
                new Case("an index of nothing", block().bytes(token()).indexed(120), Given.IN_PLAIN, false),
                new Case("index 0", block().bytes(token()).bytes((byte) 0x80), Given.IN_PLAIN, false),
                new Case(
                        "a table larger than allowed",
                        block().sizeUpdate(1 << 20).bytes(token()),
                        Given.IN_PLAIN,
                        false),
                new Case(
                        "more than a header list may be",
                        block().bytes(repeated(block().bytes(token()), 20)),
                        Given.IN_PLAIN,
                        false),
                new Case(
                        "a name with a capital",
                        name().encoded(huffman(text("X-A", 600))).plain(TOKEN),
                        Given.IN_PLAIN,
                        false));
    }

    /** Around each prefix a name's index may have. */
    private static Stream<Case> names() {
        return Stream.of(INCREMENTAL, WITHOUT_INDEXING, NEVER_INDEXED)
                .flatMap(kind -> Stream.of(1, 7, 8, 14, 15, 16, 30, 31, 32, 61)
                        .map(index -> plain(
                                "a value of index %d behind %#x".formatted(index, kind),
                                block().literal(kind, index).encoded(ENCODED))));
    }

    @TestFactory
    Stream<DynamicTest> blocks() {
        return Stream.concat(cases().stream(), names())
                .map(each -> DynamicTest.dynamicTest(each.name(), () -> {
                    for (Memory memory : MEMORIES) {
                        DecoderPair pair = new DecoderPair(true, LIST_BYTES);
                        Outcome outcome = pair.decode(each.block().toBytes(), memory);
                        assertThat(outcome.error() == null).as("%s", outcome).isEqualTo(each.good());
                        assertThat(pair.rewritten() ? Given.IN_PLAIN : Given.AS_IT_CAME)
                                .isEqualTo(each.given());
                        // Both tables hold the same, to the first index that is of nothing.
                        int index = DYNAMIC;
                        while (!outcome.connectionEnds()) {
                            outcome = pair.decode(block().indexed(index++).toBytes(), memory);
                        }
                    }
                }));
    }

    /** Clients that send block after block, of which some are damaged. */
    @Test
    void saysWhatNettySays() throws Http2Exception {
        int rewritten = 0;
        int damaged = 0;
        int refused = 0;
        int good = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
            Random random = new Random(~seed);
            DecoderPair pair = new DecoderPair(random.nextBoolean(), random.nextInt(4) == 0 ? 2_000 : LIST_BYTES);
            if (random.nextInt(8) == 0) {
                pair.tableBytes(random.nextInt(4_096));
            }
            HeaderBlocks client = new HeaderBlocks(seed);
            boolean open = true;
            for (int i = 0; open && i < BLOCKS; i++) {
                byte[] block = client.next();
                Memory memory = MEMORIES.get(random.nextInt(MEMORIES.size()));
                Outcome outcome;
                try {
                    outcome = pair.decode(block, memory);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("seed " + seed + ", block " + i + " (-Dheaders.first=" + seed + ")", e);
                }
                open = !outcome.connectionEnds();
                if (pair.rewritten()) {
                    rewritten++;
                }
                if (outcome.error() == null) {
                    good++;
                } else if (open) {
                    refused++;
                } else {
                    damaged++;
                }
            }
        }
        // Else these cases would show nothing.
        assertThat(rewritten).as("blocks put in plain").isGreaterThan(CASES / 2);
        assertThat(good).as("sound blocks").isGreaterThan(CASES / 2);
        assertThat(damaged).as("blocks that end the connection").isGreaterThan(CASES / 8);
        assertThat(refused).as("blocks that end their stream").isGreaterThan(CASES / 16);
    }

    private static Case plain(String name, HeaderBlock block) {
        return new Case(name, block, Given.IN_PLAIN, true);
    }

    private static Case same(String name, HeaderBlock block) {
        return same(name, block, true);
    }

    private static Case same(String name, HeaderBlock block, boolean good) {
        return new Case(name, block, Given.AS_IT_CAME, good);
    }

    private static Case bad(String name, HeaderBlock block) {
        return same(name, block, false);
    }

    private static HeaderBlock block() {
        return new HeaderBlock();
    }

    private static HeaderBlock name() {
        return new HeaderBlock().literal(WITHOUT_INDEXING, 0);
    }

    private static HeaderBlock value(int kind) {
        return new HeaderBlock().literal(kind, AUTHORIZATION);
    }

    private static byte[] token() {
        return value(WITHOUT_INDEXING).encoded(ENCODED).toBytes();
    }

    private static HeaderBlock mixed() {
        return block().indexed(3)
                .literal(INCREMENTAL, PATH)
                .encoded(huffman(text("/v1/", 40)))
                .indexed(6)
                .literal(INCREMENTAL, AUTHORIZATION)
                .encoded(ENCODED)
                .literal(INCREMENTAL, 0)
                .plain(text("x-a", 3))
                .encoded(huffman(text("v", 900)))
                .indexed(62)
                .literal(NEVER_INDEXED, 0)
                .encoded(huffman(text("x-b", 5)))
                .plain(text("", 0));
    }

    private static byte[] text(String begin, int length) {
        StringBuilder text = new StringBuilder(begin);
        for (int i = begin.length(); i < length; i++) {
            text.append("abcdefghijklmnopqrstuvwxyz0123456789-_".charAt(i * 7 % 38));
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** A string whose code takes so many bytes. */
    private static byte[] filling(int bytes) {
        byte[] text = new byte[bytes];
        Arrays.fill(text, (byte) '&');
        return huffman(text);
    }

    private static byte[] octets() {
        byte[] text = new byte[1_024];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) (i * 31);
        }
        return text;
    }

    /** So many octets of the longest code. */
    private static byte[] ones(int octets) {
        byte[] text = new byte[octets];
        Arrays.fill(text, (byte) '\n');
        return text;
    }

    private static byte[] zeroPadded() {
        byte[] text = new byte[401];
        Arrays.fill(text, (byte) '0');
        byte[] encoded = huffman(text);
        encoded[encoded.length - 1] &= (byte) 0xF8;
        return encoded;
    }

    private static byte[] eos() {
        byte[] encoded = filling(400);
        Arrays.fill(encoded, 300, 304, (byte) 0xFF);
        return encoded;
    }

    private static byte[] repeated(HeaderBlock block, int times) {
        HeaderBlock all = new HeaderBlock();
        for (int i = 0; i < times; i++) {
            all.bytes(block.toBytes());
        }
        return all.toBytes();
    }
}
