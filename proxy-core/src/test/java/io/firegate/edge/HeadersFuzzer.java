package io.firegate.edge;

import io.firegate.edge.DecoderPair.Memory;
import io.netty.handler.codec.http2.Http2Exception;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Header blocks, for Jazzer: {@code docs/testing.md} has the command. The first bytes of an input say which block it begins with and
 * what it is to change of it: the rest is put in place of the block's bytes from some place on, or between them.
 */
public final class HeadersFuzzer {
    private static final long LIST_BYTES = 8_192;
    private static final int CLIENTS = 40;
    private static final int BLOCKS_EACH = 3;
    private static final int HEAD_BYTES = 4;
    private static final int INSERT = 0x80;

    private static final List<Memory> MEMORIES = List.of(Memory.values());
    private static final List<byte[]> BLOCKS = blocks();

    private HeadersFuzzer() {}

    private static List<byte[]> blocks() {
        List<byte[]> blocks = new ArrayList<>();
        for (int seed = 0; seed < CLIENTS; seed++) {
            HeaderBlocks client = new HeaderBlocks(seed);
            for (int i = 0; i < BLOCKS_EACH; i++) {
                try {
                    blocks.add(client.next());
                } catch (Http2Exception e) {
                    throw new IllegalStateException("Netty does not encode", e);
                }
            }
        }
        return blocks;
    }

    /** One input. Jazzer finds it by its name. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < HEAD_BYTES) {
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(input);
        int which = in.get() & 0xFF;
        int how = in.get();
        int at = in.getShort() & 0xFFFF;
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        DecoderPair pair = new DecoderPair((how & 1) != 0, LIST_BYTES);
        Memory memory = MEMORIES.get((how & 0x7F) % MEMORIES.size());
        if (which >= BLOCKS.size()) {
            pair.decode(rest, memory);
            return;
        }
        byte[] block = BLOCKS.get(which);
        int from = Math.min(at, block.length);
        int behind = (how & INSERT) != 0 ? from : Math.min(block.length, from + rest.length);
        byte[] changed = new byte[from + rest.length + block.length - behind];
        System.arraycopy(block, 0, changed, 0, from);
        System.arraycopy(rest, 0, changed, from, rest.length);
        System.arraycopy(block, behind, changed, from + rest.length, block.length - behind);
        if (!pair.decode(changed, memory).connectionEnds()) {
            // The tables are left alike.
            pair.decode(block, memory);
        }
    }
}
