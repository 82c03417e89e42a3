package io.firegate.firestore.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * What was read from a connection and not decoded yet, put together without copying and without what was decoded.
 *
 * <p>What is relayed keeps the buffer it was read into. Netty's default would go on appending to that one, which grows and is copied
 * without end, since under load a read rarely ends where a frame does. {@link ByteToMessageDecoder#COMPOSITE_CUMULATOR} copies nothing,
 * but drops what was decoded only at each sixteenth read, and not if just then a frame still waits to be written: under load its
 * list of buffers can grow for as long as no read ends at the end of a frame, and every frame cut out of it walks over all of them. Here the
 * list is cut back at every read.
 */
final class UnreadBytes implements ByteToMessageDecoder.Cumulator {
    static final UnreadBytes CUMULATOR = new UnreadBytes();

    private UnreadBytes() {}

    @Override
    public ByteBuf cumulate(ByteBufAllocator alloc, ByteBuf unread, ByteBuf in) {
        if (unread instanceof CompositeByteBuf composite && composite.refCnt() == 1) {
            composite.discardReadComponents();
        }
        return ByteToMessageDecoder.COMPOSITE_CUMULATOR.cumulate(alloc, unread, in);
    }
}
