package io.firegate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** The header blocks of one client, drawn from a seed: sound ones, ones only a test would write, and ones with faults. */
final class HeaderBlocks {
    private static final int[] KINDS = {HeaderBlock.INCREMENTAL, HeaderBlock.WITHOUT_INDEXING, HeaderBlock.NEVER_INDEXED
    };
    private static final List<String> NAMES = List.of("authorization", "cookie", "x-a", "grpc-metadata-b", "te");
    private static final List<String> PSEUDO = List.of(":method", ":path", ":scheme", ":authority");

    /** Entries of HPACK's static table. */
    private static final int STATIC_ENTRIES = 61;

    private static final int TOKEN_BYTES = 2_600;

    /** What a header with a token is made of. */
    static final String IN_TOKENS = "Bearer abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

    private final Random random;
    private final DefaultHttp2HeadersEncoder client;

    HeaderBlocks(long seed) {
        random = new Random(seed);
        int huffmanFrom = random.nextInt(600);
        boolean neverIndexes = random.nextBoolean();
        client = new DefaultHttp2HeadersEncoder((name, value) -> neverIndexes, true, 16, huffmanFrom);
    }

    /** The next block. */
    byte[] next() throws Http2Exception {
        byte[] block = random.nextBoolean() ? byNetty() : byHand();
        for (int faults = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0; faults > 0; faults--) {
            block = changed(block);
        }
        return block;
    }

    /** Of blocks made by Netty's encoder those before the changed one keep both tables alike. */
    private byte[] byNetty() throws Http2Exception {
        DefaultHttp2Headers headers = new DefaultHttp2Headers(false);
        PSEUDO.forEach(name -> headers.add(name, random.nextInt(9) == 0 ? text() : "/v1/a"));
        for (int i = random.nextInt(6); i > 0; i--) {
            headers.add(NAMES.get(random.nextInt(NAMES.size())), text());
        }
        ByteBuf out = Unpooled.buffer();
        client.encodeHeaders(3, headers, out);
        return ByteBufUtil.getBytes(out);
    }

    private byte[] byHand() {
        HeaderBlock block = new HeaderBlock();
        for (int i = random.nextInt(4) == 0 ? random.nextInt(3) : 0; i > 0; i--) {
            block.sizeUpdate(random.nextInt(4_097));
        }
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            if (random.nextInt(8) == 0) {
                block.integerPadding(random.nextInt(5));
            }
            switch (random.nextInt(8)) {
                case 0, 1 -> block.indexed(index());
                case 2 -> {
                    if (random.nextInt(8) == 0) {
                        block.sizeUpdate(random.nextInt(4_097));
                    }
                }
                case 3, 4 -> string(string(block.literal(kind(), 0)));
                default -> string(block.literal(kind(), index()));
            }
        }
        return block.toBytes();
    }

    private int kind() {
        return KINDS[random.nextInt(KINDS.length)];
    }

    private int index() {
        return random.nextInt(6) == 0 ? random.nextInt(2 * STATIC_ENTRIES) : 1 + random.nextInt(STATIC_ENTRIES);
    }

    private HeaderBlock string(HeaderBlock block) {
        byte[] text = text().getBytes(StandardCharsets.ISO_8859_1);
        if (random.nextBoolean()) {
            return block.plain(text);
        }
        byte[] huffman = HeaderBlock.huffman(text);
        if (random.nextInt(8) == 0) {
            // Another padding than ones, or more of it.
            huffman = Arrays.copyOf(huffman, huffman.length + random.nextInt(2));
            if (huffman.length > 0) {
                huffman[huffman.length - 1] |= (byte) random.nextInt(256);
            }
        }
        return block.encoded(huffman);
    }

    private String text() {
        int length = switch (random.nextInt(4)) {
            case 0 -> random.nextInt(TOKEN_BYTES);
            case 1 -> random.nextInt(2 * LongStrings.LONG_BYTES);
            default -> random.nextInt(20);
        };
        boolean octets = random.nextInt(4) == 0;
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(octets ? (char) random.nextInt(256) : IN_TOKENS.charAt(random.nextInt(IN_TOKENS.length())));
        }
        return text.toString();
    }

    private byte[] changed(byte[] block) {
        if (block.length == 0) {
            return block;
        }
        int at = random.nextInt(3) == 0 ? random.nextInt(Math.min(block.length, 12)) : random.nextInt(block.length);
        byte[] changed;
        switch (random.nextInt(4)) {
            case 0 -> {
                changed = block.clone();
                changed[at] ^= (byte) (1 << random.nextInt(8));
            }
            case 1 -> {
                changed = block.clone();
                changed[at] = (byte) random.nextInt(256);
            }
            case 2 -> changed = Arrays.copyOf(block, at);
            default -> {
                changed = new byte[block.length + 1];
                System.arraycopy(block, 0, changed, 0, at);
                changed[at] = (byte) random.nextInt(256);
                System.arraycopy(block, at, changed, at + 1, block.length - at);
            }
        }
        return changed;
    }
}
