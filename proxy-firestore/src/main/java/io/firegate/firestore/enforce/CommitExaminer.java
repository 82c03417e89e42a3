package io.firegate.firestore.enforce;

import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.WriteResult;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.NullValue;
import com.google.protobuf.Parser;
import java.util.BitSet;

/** Takes the results of transforms out of the answer of a Commit where they would show what the caller may not read. */
final class CommitExaminer extends AnswerExaminer {
    private static final Parser<CommitResponse> KNOWN = DiscardUnknownFieldsParser.wrap(CommitResponse.parser());
    private static final Value NULL =
            Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();

    private final BitSet hidden;

    /**
     * An examiner.
     *
     * @param hidden the positions of the writes whose results are not shown
     */
    CommitExaminer(BitSet hidden) {
        this.hidden = hidden;
    }

    @Override
    public Examined examine(byte[] message) {
        CommitResponse answer;
        try {
            answer = KNOWN.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return Examined.NotAnAnswer.INSTANCE;
        }
        CommitResponse.Builder fit = answer.toBuilder();
        for (int i = hidden.nextSetBit(0); i >= 0 && i < fit.getWriteResultsCount(); i = hidden.nextSetBit(i + 1)) {
            fit.setWriteResults(i, withoutResults(fit.getWriteResults(i)));
        }
        return new Examined.Send(fit.build().toByteArray());
    }

    /** As many results, each of them null. */
    static WriteResult withoutResults(WriteResult result) {
        WriteResult.Builder shown = result.toBuilder();
        for (int i = 0; i < shown.getTransformResultsCount(); i++) {
            shown.setTransformResults(i, NULL);
        }
        return shown.build();
    }
}
