package io.firegate.firestore.enforce;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;

/** gRPC frames in each kind of memory a request can arrive in. */
enum Frames {
    /** An array of its own. */
    HEAP {
        @Override
        ByteBuf of(ByteBuf bytes) {
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer().writeBytes(bytes);
        }
    },
    /** In the middle of an array, behind what has been read of it. */
    SLICE {
        @Override
        ByteBuf of(ByteBuf bytes) {
            int length = bytes.readableBytes();
            ByteBuf all = UnpooledByteBufAllocator.DEFAULT
                    .heapBuffer()
                    .writeLong(-1)
                    .writeBytes(bytes)
                    .writeLong(-1);
            return all.readerIndex(3).slice(Long.BYTES - 2, length + 2).skipBytes(2);
        }
    },
    /** Outside the heap. */
    DIRECT {
        @Override
        ByteBuf of(ByteBuf bytes) {
            return UnpooledByteBufAllocator.DEFAULT
                    .directBuffer()
                    .writeShort(7)
                    .writeBytes(bytes)
                    .skipBytes(2);
        }
    },
    /** In two pieces, as two DATA frames leave it. */
    COMPOSITE {
        @Override
        ByteBuf of(ByteBuf bytes) {
            CompositeByteBuf pieces = UnpooledByteBufAllocator.DEFAULT.compositeBuffer();
            int half = bytes.readableBytes() / 2;
            pieces.addComponent(
                    true, UnpooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(bytes, half));
            return pieces.addComponent(
                    true, UnpooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(bytes));
        }
    };

    abstract ByteBuf of(ByteBuf bytes);

    /** A frame with one uncompressed message. */
    ByteBuf frame(byte[] message) {
        return of(Unpooled.buffer().writeByte(0).writeInt(message.length).writeBytes(message));
    }
}
