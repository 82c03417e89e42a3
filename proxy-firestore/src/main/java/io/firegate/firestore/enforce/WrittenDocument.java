package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.policy.ResourcePath;
import org.jspecify.annotations.Nullable;

/** The answer of a write to somebody who may not read the document: its name and times alone. */
final class WrittenDocument extends AnswerExaminer {
    private WrittenDocument() {}

    /** What an answer with this document must pass. */
    static AnswerExaminer examiner(Plan.Verdict verdict, ResourcePath path) {
        return verdict.shows(path) ? UNTOUCHED : new WrittenDocument();
    }

    @Override
    public byte @Nullable [] examine(byte[] message) {
        Document written;
        try {
            written = Document.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
        Document.Builder shown = Document.newBuilder().setName(written.getName());
        if (written.hasCreateTime()) {
            shown.setCreateTime(written.getCreateTime());
        }
        if (written.hasUpdateTime()) {
            shown.setUpdateTime(written.getUpdateTime());
        }
        return shown.build().toByteArray();
    }
}
