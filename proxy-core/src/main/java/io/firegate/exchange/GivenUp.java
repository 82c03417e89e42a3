package io.firegate.exchange;

import io.firegate.auth.credential.Credential;
import io.firegate.firestore.enforce.PermittedCall;
import io.firegate.firestore.upstream.UpstreamCall;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.firegate.policy.Principal;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What is done about a transaction of firegate's own when nobody waits for it any more: others would wait for the documents it has read
 * until Firestore ends it for being idle. Belongs to the event loop of its exchange, and outlives it by no more than
 * {@link #WAIT_NANOS} for each of two calls.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what is waited for in vain is only cancelled
final class GivenUp {
    /** How long Firestore has: well below the 60 s after which it ends what is idle (firestore-protocol E4), and longer than it waits for a lock. */
    static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ExchangeServices services;
    private final Worker worker;
    private final RequestHead head;

    GivenUp(ExchangeServices services, Worker worker, RequestHead head) {
        this.services = services;
        this.worker = worker;
        this.head = head;
    }

    /** Does something when the time is over. */
    void within(Runnable over) {
        worker.loop().schedule(over, WAIT_NANOS, TimeUnit.NANOSECONDS);
    }

    /**
     * Sends a Rollback, once; what Firestore says to it changes nothing.
     *
     * @param caller whose transaction it was
     */
    void send(PermittedCall rollback, Principal caller) {
        services.withCredential(
                rollback, caller, worker.loop(), () -> false, credential -> send(rollback, credential), failure -> {});
    }

    private void send(PermittedCall rollback, Credential credential) {
        int bytesMax = services.answerMessageBytesMax();
        CollectedAnswer answer = new CollectedAnswer(bytesMax, bytesMax, services.answerBudget(), Unread.INSTANCE);
        UpstreamCall opened =
                worker.upstream().open(rollback, credential.authorization(), WAIT_NANOS, head.traceparent(), answer);
        answer.from(opened);
        within(() -> {
            opened.cancel();
            answer.drop();
        });
    }

    /** Nobody reads it. */
    private enum Unread implements CollectedAnswer.Reader {
        INSTANCE;

        @Override
        public void collected(List<byte[]> messages, Http2Headers trailers) {
            // It is ended, or Firestore had ended it.
        }

        @Override
        public void notCollected(List<byte[]> messages, UpstreamFailure failure) {
            // Firestore ends it when it has been idle.
        }

        @Override
        public void tooLarge(List<byte[]> messages) {
            // Its answer is empty.
        }
    }
}
