package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchWriteResponse;
import com.google.firestore.v1.WriteResult;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.rpc.Status;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts the refusals of single writes back among the results of those that went on, in the order of the client's request. */
final class BatchWriteExaminer extends AnswerExaminer {
    private static final Parser<BatchWriteResponse> KNOWN =
            DiscardUnknownFieldsParser.wrap(BatchWriteResponse.parser());

    private final List<@Nullable Status> refusals;
    private final BitSet hidden;
    private final int forwarded;

    /**
     * An examiner.
     *
     * @param refusals one per write of the client's request; null for a write that went on
     * @param hidden the positions in that request of writes whose transform results are not shown
     */
    BatchWriteExaminer(List<@Nullable Status> refusals, BitSet hidden) {
        this.refusals = refusals;
        this.hidden = hidden;
        int count = 0;
        for (Status refusal : refusals) {
            count += refusal == null ? 1 : 0;
        }
        this.forwarded = count;
    }

    @Override
    public Examined examine(byte[] message) {
        BatchWriteResponse answer;
        try {
            answer = KNOWN.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return Examined.NotAnAnswer.INSTANCE;
        }
        return answer.getWriteResultsCount() == forwarded && answer.getStatusCount() == forwarded
                ? new Examined.Send(merge(answer).toByteArray())
                : Examined.NotAnAnswer.INSTANCE;
    }

    /** The answer when nothing went on. */
    BatchWriteResponse alone() {
        return merge(BatchWriteResponse.getDefaultInstance());
    }

    private BatchWriteResponse merge(BatchWriteResponse answer) {
        BatchWriteResponse.Builder whole = BatchWriteResponse.newBuilder();
        int next = 0;
        for (int i = 0; i < refusals.size(); i++) {
            Status refusal = refusals.get(i);
            if (refusal != null) {
                whole.addWriteResults(WriteResult.getDefaultInstance()).addStatus(refusal);
            } else {
                WriteResult result = answer.getWriteResults(next);
                whole.addWriteResults(hidden.get(i) ? CommitExaminer.withoutResults(result) : result)
                        .addStatus(answer.getStatus(next++));
            }
        }
        return whole.build();
    }
}
