package io.firegate.audit;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Gives each decision of this process its id. Safe for any thread. */
public final class DecisionIds {
    private final long process;
    private final AtomicLong numbers = new AtomicLong();

    /** Ids of a new process: 64 random bits, so that replicas which share nothing do not share an id either. */
    public DecisionIds() {
        this(new SecureRandom().nextLong());
    }

    /**
     * Ids of a process with known bits, for tests.
     *
     * @param process the bits
     */
    public DecisionIds(long process) {
        this.process = process;
    }

    /** The next id. */
    public DecisionId next() {
        return new DecisionId(process, numbers.getAndIncrement());
    }
}
