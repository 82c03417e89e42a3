package io.firegate.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private static final long STUCK_SECONDS = 30;
    private static final long FAR_NANOS = TimeUnit.HOURS.toNanos(1);

    /** A look that costs as much as a turn may take. */
    private static final long COSTLY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final Deadlines deadlines = new Deadlines(loop);

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Counts, and does what it is told when it is looked at. */
    private static final class Stream extends Deadlines.Entry {
        int looks;
        int passed;
        Runnable whenLookedAt = () -> {};

        @Override
        void deadlinePassed() {
            passed++;
        }

        @Override
        void look() {
            looks++;
            whenLookedAt.run();
        }
    }

    private List<Stream> streams(int count, long deadlineNanos) throws Exception {
        List<Stream> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            streams.add(new Stream());
        }
        // The one that joins last is looked at first.
        loop.submit(() -> {
                    for (Stream stream : streams.reversed()) {
                        deadlines.join(stream, System.nanoTime() + deadlineNanos);
                        deadlines.watch(stream);
                    }
                })
                .sync();
        return streams;
    }

    @Test
    void whatElseIsToDoComesInBetween() throws Exception {
        int count = 50;
        AtomicInteger looks = new AtomicInteger();
        AtomicInteger looksBefore = new AtomicInteger();
        CountDownLatch round = new CountDownLatch(count);
        List<Stream> streams = streams(count, FAR_NANOS);
        loop.submit(() -> {
                    for (Stream stream : streams) {
                        stream.whenLookedAt = () -> {
                            looks.incrementAndGet();
                            spin();
                            round.countDown();
                        };
                    }
                    Runnable first = streams.get(0).whenLookedAt;
                    streams.get(0).whenLookedAt = () -> {
                        first.run();
                        loop.execute(() -> looksBefore.compareAndSet(0, looks.get()));
                    };
                })
                .sync();
        assertThat(round.await(STUCK_SECONDS, TimeUnit.SECONDS)).isTrue();
        loop.submit(() -> {}).sync();
        assertThat(looksBefore.get()).as("looks before another task").isBetween(1, 5);
    }

    @Test
    void thoseThatLeaveWhileOthersAreLookedAtAreNotMissed() throws Exception {
        List<Stream> streams = streams(6, FAR_NANOS);
        CountDownLatch last = new CountDownLatch(1);
        loop.submit(() -> {
                    streams.get(1).whenLookedAt = () -> {
                        spin();
                        deadlines.leave(streams.get(1));
                        deadlines.leave(streams.get(2));
                    };
                    streams.get(5).whenLookedAt = last::countDown;
                })
                .sync();
        assertThat(last.await(STUCK_SECONDS, TimeUnit.SECONDS)).isTrue();
        loop.submit(() -> {
                    assertThat(streams.stream().map(stream -> stream.looks > 0))
                            .containsExactly(true, true, false, true, true, true);
                    assertThat(deadlines.size()).isEqualTo(4);
                })
                .sync();
    }

    @Test
    void oneThatFailsKeepsNoOtherFromItsEnd() throws Exception {
        List<Stream> streams = streams(2, 0);
        CountDownLatch ended = new CountDownLatch(1);
        loop.submit(() -> {
                    streams.get(0).whenLookedAt = () -> {
                        throw new IllegalStateException("of the test");
                    };
                    streams.get(1).whenLookedAt = ended::countDown;
                })
                .sync();
        assertThat(ended.await(STUCK_SECONDS, TimeUnit.SECONDS)).isTrue();
        loop.submit(() -> assertThat(streams).allMatch(stream -> stream.passed > 0))
                .sync();
    }

    private static void spin() {
        long until = System.nanoTime() + COSTLY_NANOS;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
    }
}
