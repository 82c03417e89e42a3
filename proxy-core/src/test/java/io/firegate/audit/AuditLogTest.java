package io.firegate.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AuditLogTest {
    private static final int LINES = 16_384;
    private static final long POLL_NANOS = 50_000;

    @TempDir
    private Path dir;

    @Test
    void bothLinesOfAnExchangeAreInTheFile() throws IOException {
        Path file = dir.resolve("audit.jsonl");
        try (AuditLog log = AuditLog.start(file, LINES)) {
            assertThat(log.healthy()).isTrue();
            assertThat(log.problem()).isNull();
            assertThat(log.decision(Lines.permitted(1))).isTrue();
            log.outcome(Lines.outcome(1));
        }
        assertThat(Files.readString(file)).isEqualTo(Lines.encode(Lines.permitted(1)) + Lines.encode(Lines.outcome(1)));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void anExistingFileIsAppendedToAndATornLastLineEnded() throws IOException {
        Path file = dir.resolve("audit.jsonl");
        Files.writeString(file, "{\"v\":1}\n{\"torn");
        try (AuditLog log = AuditLog.start(file, LINES)) {
            assertThat(log.decision(Lines.permitted(1))).isTrue();
        }
        assertThat(Files.readString(file)).isEqualTo("{\"v\":1}\n{\"torn\n" + Lines.encode(Lines.permitted(1)));
        try (AuditLog log = AuditLog.start(file, LINES)) {
            assertThat(log.decision(Lines.permitted(2))).isTrue();
        }
        assertThat(Files.readString(file))
                .isEqualTo(
                        "{\"v\":1}\n{\"torn\n" + Lines.encode(Lines.permitted(1)) + Lines.encode(Lines.permitted(2)));
    }

    @Test
    void aFullDiskRefusesDecisionsKeepsOutcomesAndRecovers() throws IOException {
        Path file = dir.resolve("audit.jsonl");
        Files.createSymbolicLink(file, Path.of("/dev/full"));
        try (AuditLog log = AuditLog.start(file, LINES)) {
            assertThat(log.decision(Lines.permitted(1))).as("nobody knows yet").isTrue();
            await(() -> !log.healthy());
            assertThat(log.problem()).startsWith(file.toString()).contains("No space left on device");
            assertThat(log.decision(Lines.permitted(2))).isFalse();
            log.outcome(Lines.outcome(1));
            assertThat(log.linesDropped()).isEqualTo(1);
            assertThat(log.failures()).isPositive();
            assertThat(log.linesWritten()).isZero();

            Path room = Files.createFile(dir.resolve("room.jsonl"));
            Files.move(room, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            await(log::healthy);
            assertThat(log.problem()).isNull();
            assertThat(log.decision(Lines.permitted(3))).isTrue();
            log.outcome(Lines.outcome(3));
        }
        assertThat(Files.readString(file))
                .isEqualTo(Lines.encode(Lines.permitted(1))
                        + Lines.encode(Lines.outcome(1))
                        + Lines.encode(Lines.permitted(3))
                        + Lines.encode(Lines.outcome(3)));
    }

    @Test
    void aFileThatCannotBeOpenedIsSaidAtOnceAndTriedAgain() throws IOException {
        Path missing = dir.resolve("missing");
        Path file = missing.resolve("audit.jsonl");
        try (AuditLog log = AuditLog.start(file, LINES)) {
            assertThat(log.healthy()).isFalse();
            assertThat(log.problem()).contains(file.toString());
            assertThat(log.decision(Lines.permitted(1))).isFalse();
            Files.createDirectory(missing);
            await(log::healthy);
            assertThat(log.decision(Lines.permitted(2))).isTrue();
        }
        assertThat(Files.readString(file)).isEqualTo(Lines.encode(Lines.permitted(2)));
    }

    /** Renames the file again and again while several threads write; every line must be in exactly one of the files, whole. */
    @Test
    void noLineIsLostWhenTheFileIsRotatedUnderLoad() throws Exception {
        Path file = dir.resolve("audit.jsonl");
        int producers = 4;
        int rotations = 20;
        AtomicLong clock = new AtomicLong();
        AuditLog log = AuditLog.start(new FileSink(file, () -> clock.addAndGet(2_000_000_000L)), LINES);
        AtomicLong numbers = new AtomicLong();
        AtomicBoolean enough = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            threads.add(Thread.ofPlatform().start(() -> {
                while (!enough.get()) {
                    long number = numbers.getAndIncrement();
                    while (!log.decision(Lines.permitted(number))) {
                        LockSupport.parkNanos(POLL_NANOS); // the queue is full
                    }
                    log.outcome(Lines.outcome(number));
                }
            }));
        }
        for (int r = 0; r < rotations; r++) {
            await(() -> file.toFile().length() > 0);
            Files.move(file, dir.resolve("audit.jsonl." + r));
        }
        enough.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        log.close();
        long sent = 2 * numbers.get();

        int files = 0;
        Set<String> seen = new HashSet<>();
        for (int r = -1; r < rotations; r++) {
            Path part = r < 0 ? file : dir.resolve("audit.jsonl." + r);
            if (Files.exists(part)) {
                files++;
                String content = Files.readString(part);
                assertThat(content).endsWith("\n");
                for (String line : content.lines().toList()) {
                    Map<String, Object> object = StrictJson.object(line);
                    assertThat(seen.add(object.get("kind") + " " + object.get("id")))
                            .isTrue();
                }
            }
        }
        assertThat(files).isGreaterThanOrEqualTo(rotations);
        assertThat(seen).hasSize((int) sent);
        assertThat(log.linesWritten()).isEqualTo(sent);
    }

    @Test
    void aFullQueueRefusesDecisionsButHasRoomForEveryOutcome() throws Exception {
        FakeSink sink = new FakeSink();
        sink.block();
        AuditLog log = AuditLog.start(sink, 16);
        int accepted = 0;
        while (log.decision(Lines.permitted(accepted))) {
            accepted++;
        }
        assertThat(accepted)
                .as("each accepted decision keeps room for its outcome")
                .isEqualTo(8);
        assertThat(log.healthy()).as("full is not broken").isTrue();
        assertThat(log.linesDropped()).isEqualTo(1);
        for (int i = 0; i < accepted; i++) {
            log.outcome(Lines.outcome(i));
        }
        assertThat(log.linesDropped()).isEqualTo(1);
        assertThat(log.linesQueued()).isEqualTo(16);
        log.outcome(Lines.outcome(99));
        assertThat(log.linesDropped()).as("an outcome nobody kept room for").isEqualTo(2);

        sink.unblock();
        await(() -> log.linesQueued() == 0);
        assertThat(log.decision(Lines.permitted(100))).isTrue();
        log.outcome(Lines.outcome(100));
        log.close();
        assertThat(sink.lines()).hasSize(18);
        assertThat(log.linesWritten()).isEqualTo(18);
    }

    @Test
    void whatLastsTakesNoRoomFromOthers() throws Exception {
        FakeSink sink = new FakeSink();
        AuditLog log = AuditLog.start(sink, 16);
        for (int i = 0; i < 100; i++) {
            assertThat(log.lastingDecision(Lines.permitted(i))).isTrue();
            await(() -> log.linesQueued() == 0);
        }
        assertThat(log.decision(Lines.permitted(100))).isTrue();
        sink.block();
        for (int i = 0; i < 100; i++) {
            log.lastingOutcome(Lines.outcome(i));
        }
        assertThat(log.linesDropped()).isZero();
        log.lastingOutcome(Lines.outcome(101));
        assertThat(log.linesDropped())
                .as("an outcome of nothing that was decided")
                .isEqualTo(1);
        log.outcome(Lines.outcome(100));
        assertThat(log.decision(Lines.permitted(102)))
                .as("until they are written there is no room")
                .isFalse();
        sink.unblock();
        await(() -> log.linesQueued() == 0);
        assertThat(log.decision(Lines.permitted(103))).isTrue();
        log.outcome(Lines.outcome(103));
        log.close();
        assertThat(sink.lines()).hasSize(204);
    }

    @Test
    void longLinesFillTheQueueByTheirBytes() {
        FakeSink sink = new FakeSink();
        sink.block();
        AuditLog log = AuditLog.start(sink, LINES);
        DecisionLine large =
                Lines.permitted(1, Collections.nCopies(100, Lines.grant(Lines.get("c/" + "x".repeat(1400)))));
        int length = Lines.encode(large).length();
        assertThat(length).isGreaterThan(20_000);
        int accepted = 0;
        while (log.decision(large)) {
            accepted++;
        }
        assertThat((long) accepted * length).isBetween(LINES * 1000L, LINES * 1024L);
        sink.unblock();
        log.close();
        assertThat(sink.lines()).hasSize(accepted);
    }

    @Test
    void afterAFailedWriteEveryLineIsWrittenOnceAndWhole() throws Exception {
        FakeSink sink = new FakeSink();
        sink.fail();
        AuditLog log = AuditLog.start(sink, LINES);
        for (int i = 0; i < 10; i++) {
            if (!log.decision(Lines.permitted(i))) {
                break;
            }
            log.outcome(Lines.outcome(i));
        }
        await(() -> !log.healthy());
        assertThat(log.decision(Lines.permitted(50))).isFalse();
        sink.recover();
        await(log::healthy);
        log.close();
        long queued = log.linesWritten();
        assertThat(queued).isPositive();
        assertThat(sink.lines()).hasSize((int) queued).doesNotHaveDuplicates();
        sink.lines().forEach(StrictJson::object);
    }

    /** A pipe takes 64 KiB, then its reader goes away: the only way to see a write succeed in part without a small disk. */
    @Test
    void aLineCutByAFailureIsWrittenAgainFromItsStart() throws Exception {
        Path file = dir.resolve("audit.jsonl");
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            text.append(Lines.encode(Lines.permitted(i)));
        }
        ByteBuffer lines = ByteBuffer.wrap(text.toString().getBytes(UTF_8));
        Thread reader = Thread.ofPlatform().start(() -> {
            try (InputStream pipe = Files.newInputStream(file)) {
                assertThat(pipe.readNBytes(70_000)).hasSize(70_000);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try (FileSink sink = new FileSink(file)) {
            assertThatThrownBy(() -> sink.write(lines)).isInstanceOf(IOException.class);
            reader.join();
            int position = lines.position();
            assertThat(position).isGreaterThan(60_000);
            assertThat(lines.get(position - 1)).isEqualTo((byte) '\n');
            assertThat(lines.limit()).isEqualTo(text.length());

            Files.delete(file);
            Files.writeString(file, "{\"torn");
            sink.write(lines);
            assertThat(Files.readString(file)).isEqualTo("{\"torn\n" + text.substring(position));
        }
    }

    @Test
    void closingWritesWhatIsQueuedAndTakesNoMore() {
        FakeSink sink = new FakeSink();
        AuditLog log = AuditLog.start(sink, LINES);
        for (int i = 0; i < 1_000; i++) {
            assertThat(log.decision(Lines.permitted(i))).isTrue();
        }
        log.close();
        assertThat(sink.lines()).hasSize(1_000);
        assertThat(sink.closed).isTrue();
        assertThat(log.healthy()).isFalse();
        assertThat(log.decision(Lines.permitted(2_000))).isFalse();
        log.outcome(Lines.outcome(1));
        assertThat(log.linesDropped()).isEqualTo(2);
        log.close();
    }

    @Test
    void aSinkWithABugRefusesDecisions() throws Exception {
        AuditLog log = AuditLog.start(
                new AuditSink() {
                    @Override
                    public void open() {}

                    @Override
                    public void write(ByteBuffer lines) {
                        throw new IllegalStateException("a bug");
                    }

                    @Override
                    public void close() {}
                },
                LINES);
        assertThat(log.decision(Lines.permitted(1))).isTrue();
        await(() -> !log.healthy());
        assertThat(log.decision(Lines.permitted(2))).isFalse();
        log.close();
    }

    @Test
    void linesReachTheFileWithoutAnybodyClosing() throws Exception {
        Path file = dir.resolve("audit.jsonl");
        try (AuditLog log = AuditLog.start(file, LINES)) {
            for (int i = 1; i <= 50; i++) {
                int expected = 2 * i;
                assertThat(log.decision(Lines.permitted(i))).isTrue();
                log.outcome(Lines.outcome(i));
                await(() -> log.linesWritten() == expected);
                assertThat(Files.readAllLines(file)).hasSize(expected);
            }
        }
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertThat(Thread.interrupted()).as("the test's time is over").isFalse();
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Keeps what it is given; can be told to hold the writer up or to fail. */
    private static final class FakeSink implements AuditSink {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(); // synchronized
        private volatile CountDownLatch gate = new CountDownLatch(0);
        private volatile boolean failing;
        private volatile boolean closed;

        void block() {
            gate = new CountDownLatch(1);
        }

        void unblock() {
            gate.countDown();
        }

        void fail() {
            failing = true;
        }

        void recover() {
            failing = false;
        }

        List<String> lines() {
            return bytes.toString(UTF_8).lines().toList();
        }

        @Override
        public void open() {}

        @Override
        public void write(ByteBuffer lines) throws IOException {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (failing) {
                throw new IOException("fake: full");
            }
            byte[] taken = new byte[lines.remaining()];
            lines.get(taken);
            bytes.writeBytes(taken);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
