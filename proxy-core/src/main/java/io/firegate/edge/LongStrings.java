package io.firegate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersDecoder;

/**
 * Netty's decoder of header blocks, which is given long strings in plain: a block is written anew with each long Huffman-coded string
 * decoded, and nothing else of it changed. A token takes Netty's decoder several times as long. Belongs to its connection's event loop.
 *
 * <p>Netty judges every block: names, values, indexes, sizes and errors are its own. Of what a block means only lengths are looked at
 * here, and where one is odd Netty gets the block as it came. Nothing of a block is kept: what is written is in a buffer of the event
 * loop's pool until Netty has read it, which copies strings.
 */
final class LongStrings implements Http2HeadersDecoder {
    /** Encoded strings from this length on are decoded here; a block that is shorter has none. */
    static final int LONG_BYTES = 256;

    private final DefaultHttp2HeadersDecoder judge;

    LongStrings(DefaultHttp2HeadersDecoder judge) {
        this.judge = judge;
    }

    @Override
    public Http2Headers decodeHeaders(int streamId, ByteBuf block) throws Http2Exception {
        int length = block.readableBytes();
        if (length < LONG_BYTES) {
            return judge.decodeHeaders(streamId, block);
        }
        // The block, and what it becomes: eight fifths of what is decoded, and a byte for each length that becomes
        // longer.
        ByteBuf scratch = block.alloc().heapBuffer(3 * length);
        try {
            int start = scratch.arrayOffset();
            block.getBytes(block.readerIndex(), scratch.array(), start, length);
            int plain = new Rewriting(scratch.array(), start, start + length).plainBytes();
            if (plain == 0) {
                return judge.decodeHeaders(streamId, block);
            }
            block.skipBytes(length);
            return judge.decodeHeaders(streamId, scratch.setIndex(length, length + plain));
        } finally {
            scratch.release();
        }
    }

    @Override
    public Configuration configuration() {
        return judge.configuration();
    }

    /** One walk over the representations of a block, RFC 7541 section 6. */
    private static final class Rewriting {
        /** An integer that is not there, or is longer than any a client has reason to send. */
        private static final int ODD = -1;

        private static final int INDEXED = 0x80;
        private static final int INCREMENTAL = 0x40;
        private static final int SIZE_UPDATE = 0x20;
        private static final int HUFFMAN = 0x80;

        /** Bits of the integer that a representation or a string begins with. */
        private static final int INDEX_PREFIX = 7;

        private static final int INCREMENTAL_PREFIX = 6;
        private static final int UPDATE_PREFIX = 5;
        private static final int LITERAL_PREFIX = 4;
        private static final int LENGTH_PREFIX = 7;

        /** The longest integer that is read or written: its prefix and three bytes of seven bits. */
        private static final int SHIFT_MAX = 14;

        private static final int INTEGER_BYTES = 4;

        /** What these bytes can hold beyond the prefix. */
        private static final int BEYOND_MAX = (1 << (SHIFT_MAX + 7)) - 1;

        private final byte[] bytes;
        private final int end;
        private int read;

        /** The block as it becomes stands behind the block; of this the bytes before here are in it. */
        private int copied;

        private int written;

        Rewriting(byte[] bytes, int start, int end) {
            this.bytes = bytes;
            this.end = end;
            read = start;
            copied = start;
            written = end;
        }

        /** Writes the block with its long strings in plain and tells its length, 0 when it has none or is odd. */
        int plainBytes() {
            while (read < end) {
                if (!representation()) {
                    return 0;
                }
            }
            if (written == end) {
                return 0;
            }
            copyTo(end);
            return written - end;
        }

        private boolean representation() {
            int kind = bytes[read];
            if ((kind & INDEXED) != 0) {
                return integer(INDEX_PREFIX) != ODD;
            }
            boolean incremental = (kind & INCREMENTAL) != 0;
            if (!incremental && (kind & SIZE_UPDATE) != 0) {
                return integer(UPDATE_PREFIX) != ODD;
            }
            int name = integer(incremental ? INCREMENTAL_PREFIX : LITERAL_PREFIX);
            return name != ODD && (name != 0 || string()) && string();
        }

        private boolean string() {
            int start = read;
            int length = integer(LENGTH_PREFIX);
            if (length == ODD || length > end - read) {
                return false;
            }
            boolean encoded = (bytes[start] & HUFFMAN) != 0;
            int text = read;
            read += length;
            return !encoded || length < LONG_BYTES || rewrite(start, text);
        }

        /** Writes the string that was just read as what it says. */
        private boolean rewrite(int start, int text) {
            copyTo(start);
            int from = written + INTEGER_BYTES;
            int to = HuffmanCode.decode(bytes, text, read, bytes, from);
            int beyond = to - from - 0x7F;
            if (to == HuffmanCode.BAD || beyond != (beyond & BEYOND_MAX)) {
                return false;
            }
            bytes[written++] = 0x7F;
            bytes[written++] = (byte) (beyond | 0x80);
            bytes[written++] = (byte) ((beyond >>> 7) | 0x80);
            bytes[written] = (byte) (beyond >>> SHIFT_MAX);
            written = to;
            copied = read;
            return true;
        }

        private void copyTo(int until) {
            System.arraycopy(bytes, copied, bytes, written, until - copied);
            written += until - copied;
            copied = until;
        }

        /** The integer with a prefix of so many bits (RFC 7541 section 5.1) at {@link #read}, which is behind it then. */
        private int integer(int prefix) {
            if (read == end) {
                return ODD;
            }
            int full = (1 << prefix) - 1;
            int value = bytes[read++] & full;
            if (value < full) {
                return value;
            }
            for (int shift = 0; shift <= SHIFT_MAX && read < end; shift += 7) {
                int next = bytes[read++];
                value += (next & 0x7F) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            return ODD;
        }
    }
}
