package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnswerExaminerTest {
    private static final AnswerType BATCH_GET = new AnswerType(BatchGetDocumentsResponse.getDefaultInstance());
    private static final AnswerExaminer SEALING =
            BATCH_GET.sealing("transaction", upstream -> ByteString.copyFromUtf8("sealed"));
    private static final int FAILED_PRECONDITION = 9;

    private static byte[] answer(String transaction) {
        return BatchGetDocumentsResponse.newBuilder()
                .setReadTime(Timestamp.newBuilder().setSeconds(3))
                .setTransaction(ByteString.copyFromUtf8(transaction))
                .build()
                .toByteArray();
    }

    /** The transaction of an answer of which nothing else is changed; null when it is none. */
    private static @Nullable String transaction(Examined examined) throws InvalidProtocolBufferException {
        if (!(examined instanceof Examined.Send(byte[] message))) {
            return null;
        }
        String transaction =
                BatchGetDocumentsResponse.parseFrom(message).getTransaction().toStringUtf8();
        assertThat(message).hasSameSizeAs(answer(transaction));
        assertThat(BatchGetDocumentsResponse.parseFrom(message))
                .isEqualTo(BatchGetDocumentsResponse.parseFrom(answer(transaction)));
        return transaction;
    }

    /** Frames are relayed unread when nobody has to see them, and not when either has. */
    @Test
    void whatOneOfTwoMustSeeIsNotRelayedUnread() throws InvalidProtocolBufferException {
        for (AnswerExaminer both : new AnswerExaminer[] {
            SEALING.then(WordlessEnd.EXAMINER), WordlessEnd.EXAMINER.then(SEALING), SEALING.then(SEALING)
        }) {
            assertThat(both.leavesUntouched()).isFalse();
            assertThat(transaction(both.examine(answer("up")))).isEqualTo("sealed");
        }
        assertThat(WordlessEnd.EXAMINER.then(WordlessEnd.EXAMINER).leavesUntouched())
                .isTrue();
    }

    @Test
    void theFirstThatHasSomethingToSayOfTheEndSaysIt() {
        for (AnswerExaminer both :
                new AnswerExaminer[] {SEALING.then(WordlessEnd.EXAMINER), WordlessEnd.EXAMINER.then(SEALING)}) {
            AnswerEnd end = Objects.requireNonNull(both.end(FAILED_PRECONDITION, "an index on ward"));
            assertThat(end.status()).isEqualTo(FAILED_PRECONDITION);
            assertThat(end.text()).doesNotContain("ward");
            assertThat(both.end(AnswerEnd.OK, "")).isNull();
        }
    }

    /** What began before the request is told with the first message, and whoever keeps it learns that it is told. */
    @Test
    void oneValueIsToldOnce() throws InvalidProtocolBufferException {
        AtomicInteger told = new AtomicInteger();
        AnswerExaminer telling =
                BATCH_GET.telling("transaction", ByteString.copyFromUtf8("own"), told::incrementAndGet);

        assertThat(telling.examine(new byte[] {10, 127})).isEqualTo(Examined.NotAnAnswer.INSTANCE);
        assertThat(told).hasValue(0);
        assertThat(transaction(telling.examine(answer("")))).isEqualTo("own");
        assertThat(told).hasValue(1);
        assertThat(transaction(telling.examine(answer("up")))).isEmpty();
        assertThat(told).hasValue(1);
    }

    @Test
    void whatCannotBeToldIsNoAnswer() {
        AtomicInteger told = new AtomicInteger();

        assertThat(BATCH_GET.telling("transaction", null, told::incrementAndGet).examine(answer("")))
                .isEqualTo(Examined.NotAnAnswer.INSTANCE);
        assertThat(told).hasValue(0);
    }
}
