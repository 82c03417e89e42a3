package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.rows.StoredDocument;
import io.firegate.policy.Decision;
import io.firegate.policy.Operation;
import io.firegate.policy.ResourcePath;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a write, as its caller may read the document: the rows and fields of the rule for {@code get}. To who may not read it, and
 * where the answer does not hold enough to tell, it is the name and the times alone.
 */
final class WrittenDocument extends AnswerExaminer {
    private static final Parser<Document> KNOWN = DiscardUnknownFieldsParser.wrap(Document.parser());

    private final Decision.@Nullable Grant get;

    private WrittenDocument(Decision.@Nullable Grant get) {
        this.get = get;
    }

    /**
     * What an answer with this document must pass.
     *
     * @param cut whether the client has only a part of it answered, on which a condition would be judged amiss
     */
    static AnswerExaminer examiner(Plan.Verdict verdict, ResourcePath path, boolean cut) {
        if (verdict.shows(path)) {
            return UNTOUCHED;
        }
        for (Decision.Grant grant : verdict.permit().grants()) {
            if (grant.access().operation() == Operation.GET && !(cut && WriteTerms.limitsRows(grant))) {
                return new WrittenDocument(grant);
            }
        }
        return new WrittenDocument(null);
    }

    @Override
    public Examined examine(byte[] message) {
        Document written;
        try {
            written = KNOWN.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return Examined.NotAnAnswer.INSTANCE;
        }
        if (get != null && WriteTerms.reaches(get, new StoredDocument(written))) {
            return new Examined.Send(
                    VisibleFields.of(get.obligations().fields()).redact(written).toByteArray());
        }
        return new Examined.Send(written.toBuilder().clearFields().build().toByteArray());
    }
}
