package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.policy.ResourcePath;

/** The answer of a write to somebody who may not read the document: its name and times alone. */
final class WrittenDocument extends AnswerExaminer {
    private WrittenDocument() {}

    /** What an answer with this document must pass. */
    static AnswerExaminer examiner(Plan.Verdict verdict, ResourcePath path) {
        return verdict.shows(path) ? UNTOUCHED : new WrittenDocument();
    }

    @Override
    public Examined examine(byte[] message) {
        Document written;
        try {
            written = Document.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return Examined.NotAnAnswer.INSTANCE;
        }
        Document.Builder shown = Document.newBuilder().setName(written.getName());
        if (written.hasCreateTime()) {
            shown.setCreateTime(written.getCreateTime());
        }
        if (written.hasUpdateTime()) {
            shown.setUpdateTime(written.getUpdateTime());
        }
        return new Examined.Send(shown.build().toByteArray());
    }
}
