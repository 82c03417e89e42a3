package io.firegate.auth.federation;

import java.time.Duration;

/** Calls back later. */
interface Alarm {
    /** Runs a task once, about so much later, on the broker's thread; never at once on the caller's. */
    void after(Duration pause, Runnable task);
}
