package io.firegate.policy.check;

/** The work the checks of one request may be together, whatever writes and grant tuples it has. For one thread. */
public final class CheckBudget {
    /** As {@link Check#WORK_MAX}, of a request: several times the dearest check, and a thousand writes with an ordinary one. */
    static final int WORK_MAX = 1_000_000;

    private long left = WORK_MAX;

    /** A whole budget. */
    public CheckBudget() {}

    /** What one evaluation may take of it. */
    long allowance() {
        return Math.min(left, Check.WORK_MAX);
    }

    void spend(long work) {
        left -= work;
    }
}
