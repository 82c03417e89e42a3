package io.firegate.auth.federation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A wall clock and a timer that move when told to, together or apart. Moved by one thread. */
final class FakeTime implements InstantSource, Alarm {
    private final PriorityQueue<Due> tasks =
            new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::number));
    private Duration elapsed = Duration.ZERO;
    private Instant wall = Instant.parse("2026-11-22T10:00:00Z");
    private long numbers;

    private record Due(Duration at, long number, Runnable task) {}

    @Override
    public synchronized Instant instant() {
        return wall;
    }

    @Override
    public synchronized void after(Duration pause, Runnable task) {
        numbers++;
        tasks.add(new Due(elapsed.plus(pause), numbers, task));
    }

    /** Sets the wall clock and leaves the timer alone. */
    synchronized void jump(Duration by) {
        wall = wall.plus(by);
    }

    /** Lets time pass, and runs what comes due on the way. */
    void advance(Duration by) {
        Duration end = elapsed.plus(by);
        for (Due due = next(end); due != null; due = next(end)) {
            moveTo(due.at());
            due.task().run();
        }
        moveTo(end);
    }

    private synchronized @org.jspecify.annotations.Nullable Due next(Duration end) {
        Due due = tasks.peek();
        return due != null && due.at().compareTo(end) <= 0 ? tasks.poll() : null;
    }

    private synchronized void moveTo(Duration to) {
        wall = wall.plus(to.minus(elapsed));
        elapsed = to;
    }
}
