package io.firegate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;

/** A header block written by hand, representation by representation (RFC 7541 section 6), as well or as badly as a test says. */
final class HeaderBlock {
    static final int INCREMENTAL = 0x40;
    static final int WITHOUT_INDEXING = 0x00;
    static final int NEVER_INDEXED = 0x10;

    private static final int INDEXED = 0x80;
    private static final int SIZE_UPDATE = 0x20;
    private static final int HUFFMAN = 0x80;

    /** {@code HpackHuffmanEncoder.encode}: Netty's encoder of headers uses it only where it makes a string shorter. */
    private static final MethodHandle NETTY = netty();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int integerPadding;

    private static MethodHandle netty() {
        try {
            Class<?> encoder = Class.forName("io.netty.handler.codec.http2.HpackHuffmanEncoder");
            Constructor<?> constructor = encoder.getDeclaredConstructor();
            constructor.setAccessible(true);
            Method encode = encoder.getDeclaredMethod("encode", ByteBuf.class, CharSequence.class);
            encode.setAccessible(true);
            return MethodHandles.lookup().unreflect(encode).bindTo(constructor.newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Netty's Huffman encoder is not where it was", e);
        }
    }

    /** A string in HPACK's Huffman code, by Netty. */
    static byte[] huffman(byte[] text) {
        ByteBuf encoded = Unpooled.buffer();
        try {
            NETTY.invoke(encoded, (CharSequence) new AsciiString(text));
        } catch (Throwable e) {
            throw new IllegalStateException("Netty does not encode", e);
        }
        return ByteBufUtil.getBytes(encoded);
    }

    /** From here on every integer that may has so many bytes more than it needs. */
    HeaderBlock integerPadding(int bytes) {
        integerPadding = bytes;
        return this;
    }

    HeaderBlock indexed(long index) {
        return integer(INDEXED, 7, index);
    }

    HeaderBlock sizeUpdate(long size) {
        return integer(SIZE_UPDATE, 5, size);
    }

    /** The begin of a literal; its name, when the index is 0, and its value come next. */
    HeaderBlock literal(int kind, long nameIndex) {
        return integer(kind, kind == INCREMENTAL ? 6 : 4, nameIndex);
    }

    HeaderBlock plain(byte[] text) {
        return integer(0, 7, text.length).bytes(text);
    }

    HeaderBlock encoded(byte[] huffman) {
        return encodedLength(huffman.length).bytes(huffman);
    }

    HeaderBlock encodedLength(long length) {
        return integer(HUFFMAN, 7, length);
    }

    HeaderBlock bytes(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    private HeaderBlock integer(int first, int prefix, long value) {
        int full = (1 << prefix) - 1;
        if (value < full) {
            out.write(first | (int) value);
            return this;
        }
        out.write(first | full);
        long rest = value - full;
        for (; rest > 0x7F; rest >>>= 7) {
            out.write((int) rest | 0x80);
        }
        out.write((int) rest | (integerPadding > 0 ? 0x80 : 0));
        for (int i = 1; i <= integerPadding; i++) {
            out.write(i < integerPadding ? 0x80 : 0);
        }
        return this;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
