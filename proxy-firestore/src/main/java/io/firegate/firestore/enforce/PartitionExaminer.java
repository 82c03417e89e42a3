package io.firegate.firestore.enforce;

import com.google.firestore.v1.Cursor;
import com.google.firestore.v1.PartitionQueryResponse;
import com.google.firestore.v1.Value;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import java.nio.charset.StandardCharsets;

/** Seals the page token. Cursors are names of documents the caller may list, and stay plain as long as they are in the database. */
final class PartitionExaminer extends AnswerExaminer {
    private static final Parser<PartitionQueryResponse> KNOWN =
            DiscardUnknownFieldsParser.wrap(PartitionQueryResponse.parser());

    private final Names.Database database;
    private final AnswerType.Sealing sealing;

    PartitionExaminer(Names.Database database, AnswerType.Sealing sealing) {
        this.database = database;
        this.sealing = sealing;
    }

    @Override
    public Examined examine(byte[] message) {
        PartitionQueryResponse answer;
        try {
            answer = KNOWN.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return Examined.NotAnAnswer.INSTANCE;
        }
        for (Cursor cursor : answer.getPartitionsList()) {
            for (Value value : cursor.getValuesList()) {
                if (!isOurs(value)) {
                    return Examined.NotAnAnswer.INSTANCE;
                }
            }
        }
        if (answer.getNextPageToken().isEmpty()) {
            return new Examined.Send(answer.toByteArray());
        }
        return sealing.seal(answer.getNextPageToken()) instanceof String sealed
                ? new Examined.Send(
                        answer.toBuilder().setNextPageToken(sealed).build().toByteArray())
                : Examined.NotAnAnswer.INSTANCE;
    }

    private boolean isOurs(Value value) {
        if (!value.hasReferenceValue()) {
            return false;
        }
        byte[] name = value.getReferenceValue().getBytes(StandardCharsets.UTF_8);
        return database.holds(name, 0, name.length);
    }
}
