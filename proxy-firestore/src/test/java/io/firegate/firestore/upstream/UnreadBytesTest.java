package io.firegate.firestore.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnreadBytesTest {
    private static final UnpooledByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(false);

    /** Frames of 30 bytes in reads of 100: all but each third read ends within one. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16})
    void whatWasDecodedIsGoneAtTheNextReadHoweverLongAFrameIsKept(int keptEach) {
        ByteBuf unread = Unpooled.EMPTY_BUFFER;
        ByteBuf kept = null;
        int written = 0;
        int decoded = 0;
        for (int read = 1; read <= 1000; read++) {
            ByteBuf in = BUFFERS.buffer(100);
            for (int i = 0; i < 100; i++) {
                in.writeByte(written++);
            }
            unread = UnreadBytes.CUMULATOR.cumulate(BUFFERS, unread, in);
            if (unread instanceof CompositeByteBuf composite) {
                assertTrue(composite.numComponents() <= 2, composite.numComponents() + " buffers at read " + read);
            }
            if (kept != null) {
                kept.release();
                kept = null;
            }
            while (unread.readableBytes() > 30) {
                ByteBuf frame = unread.readRetainedSlice(30);
                for (int i = 0; i < 30; i++) {
                    assertEquals((byte) decoded++, frame.getByte(i));
                }
                if (keptEach != 0 && read % keptEach == 0 && kept == null) {
                    kept = frame;
                } else {
                    frame.release();
                }
            }
        }
        assertEquals(written, decoded + unread.readableBytes());
        if (kept != null) {
            kept.release();
        }
        assertTrue(unread.release());
    }

    @Test
    void aReadThatFollowsNothingIsPassedOnAsItIs() {
        ByteBuf in = BUFFERS.buffer(1).writeByte(1);
        ByteBuf unread = UnreadBytes.CUMULATOR.cumulate(BUFFERS, Unpooled.EMPTY_BUFFER, in);
        assertEquals(in, unread);
        assertTrue(unread.release());
    }
}
