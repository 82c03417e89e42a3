package io.firegate.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientMessagesTest {
    private static final int MESSAGE_BYTES = 1_000;
    private static final int FRAME_BYTES = 5 + MESSAGE_BYTES;
    private static final int AHEAD = 8;

    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
    private final Recorder recorder = new Recorder();
    private final ByteBudget budget = new ByteBudget(1 << 20);
    private final ClientMessages messages = new ClientMessages(MESSAGE_BYTES, budget, recorder);

    private static final class Recorder implements ClientMessages.Receiver {
        private final List<Byte> firsts = new ArrayList<>();
        private int received;
        private boolean ended;
        private MessageAssembler.@Nullable Trouble trouble;

        @Override
        public void message(byte[] message) {
            firsts.add(message[0]);
        }

        @Override
        public void ended() {
            ended = true;
        }

        @Override
        public void broken(MessageAssembler.Trouble found) {
            trouble = found;
        }

        @Override
        public void received(int bytes) {
            received += bytes;
        }
    }

    @AfterEach
    void release() {
        messages.release();
        assertThat(budget.held()).isZero();
        assertThat(memory.metric().usedHeapMemory()).isZero();
    }

    private void send(int first, boolean last) {
        ByteBuf frame = memory.heapBuffer(FRAME_BYTES)
                .writeByte(0)
                .writeInt(MESSAGE_BYTES)
                .writeByte(first)
                .writeZero(MESSAGE_BYTES - 1);
        messages.data(frame, last);
        frame.release();
    }

    @Test
    void aMessageCountsAsHeldUntilItIsDoneWith() {
        send(1, false);
        assertThat(budget.held()).isEqualTo(MESSAGE_BYTES);
        messages.next();
        assertThat(budget.held()).isZero();
        send(2, false);
        assertThat(budget.held()).isEqualTo(MESSAGE_BYTES);
    }

    @Test
    void oneMessageIsHandedOverAtATimeAndTheWindowWithIt() {
        send(1, false);
        send(2, false);
        send(3, true);

        assertThat(recorder.firsts).containsExactly((byte) 1);
        assertThat(recorder.received).isEqualTo(FRAME_BYTES);
        messages.next();
        assertThat(recorder.firsts).containsExactly((byte) 1, (byte) 2);
        messages.next();
        assertThat(recorder.ended).isFalse();
        messages.next();
        assertThat(recorder.firsts).hasSize(3);
        assertThat(recorder.received).isEqualTo(3 * FRAME_BYTES);
        assertThat(recorder.ended).isTrue();
    }

    /** A client that is always some messages ahead: what has been read must not be kept. */
    @Test
    void whatIsKeptDoesNotGrowWithWhatWasSent() {
        for (int i = 0; i < AHEAD; i++) {
            send(i, false);
        }
        for (int i = 0; i < 10_000; i++) {
            messages.next();
            send(i, false);
            assertThat(memory.metric().usedHeapMemory()).isLessThan(4L * AHEAD * FRAME_BYTES);
        }
        assertThat(recorder.firsts).hasSize(10_001);
    }

    @Test
    void anEndWithinAMessageIsBroken() {
        ByteBuf half = memory.heapBuffer(3).writeZero(3);
        messages.data(half, true);
        half.release();

        assertThat(recorder.ended).isFalse();
        assertThat(recorder.trouble).isEqualTo(MessageAssembler.Trouble.BROKEN);
    }
}
