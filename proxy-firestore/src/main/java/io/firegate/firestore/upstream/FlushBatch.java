package io.firegate.firestore.upstream;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;

/**
 * Collects the connections of one event loop that have something to send, and flushes each once after all sockets that were
 * readable have been read: one system call for many streams. Belongs to its event loop.
 */
public final class FlushBatch implements Runnable {
    /** A connection with unsent frames. */
    public abstract static class Member {
        private boolean waiting;

        /** Writes out what is queued. */
        protected abstract void flushNow();
    }

    private final EventLoop loop;
    private final ArrayDeque<Member> members = new ArrayDeque<>();
    private boolean scheduled;

    /** A batch for one loop. */
    public FlushBatch(EventLoop loop) {
        this.loop = loop;
    }

    /** Flushes the member soon. Call on the event loop. */
    public void add(Member member) {
        if (!member.waiting) {
            member.waiting = true;
            members.add(member);
            if (!scheduled) {
                scheduled = true;
                loop.execute(this);
            }
        }
    }

    @Override
    public void run() {
        scheduled = false;
        for (Member member = members.poll(); member != null; member = members.poll()) {
            member.waiting = false;
            member.flushNow();
        }
    }
}
