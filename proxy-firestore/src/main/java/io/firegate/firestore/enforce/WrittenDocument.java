package io.firegate.firestore.enforce;

import com.google.firestore.v1.DocumentMask;
import io.firegate.firestore.fields.NamedField;
import io.firegate.firestore.fields.NamedFields;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.Field;
import io.firegate.policy.Decision;
import io.firegate.policy.Operation;
import io.firegate.policy.ResourcePath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a write, as its caller may read the document: the rows and fields of the rule for {@code get}. To who may not read it, and
 * where the answer does not hold enough to tell, it is the name and the times alone.
 */
final class WrittenDocument extends AnswerExaminer {
    private static final String MASK = "mask";

    private final Decision.@Nullable Grant get;

    private WrittenDocument(Decision.@Nullable Grant get) {
        this.get = get;
    }

    /**
     * The plan of a write that answers the document.
     *
     * @param mask which fields of it the client wants answered; null for all
     */
    static Plan plan(RequestMessage request, List<Edit> edits, ResourcePath path, @Nullable Field mask) {
        return verdict -> {
            if (verdict.shows(path)) {
                return new Plan.Step.Forward(edits, UNTOUCHED);
            }
            Decision.Grant get = null;
            for (Decision.Grant grant : verdict.permit().grants()) {
                get = get == null && grant.access().operation() == Operation.GET ? grant : get;
            }
            if (get == null || mask == null) {
                return new Plan.Step.Forward(edits, new WrittenDocument(get));
            }
            DocumentMask asked = RequestMessage.parsed(mask.value(request.data()), 0, DocumentMask.parser());
            VisibleFields visible = VisibleFields.of(get.obligations().fields());
            if (!visible.all() && NamedFields.READABLE.selected(asked, MASK) != null) {
                return new Plan.Step.Refuse(new Reading.Unreadable(RequestProblem.BAD_FIELD_PATH, MASK));
            }
            // As of a read, and before anything is written.
            NamedField named = new NamedFields(visible).selected(asked, MASK);
            // On a part of the document a condition would be judged amiss.
            return named != null
                    ? new Plan.Step.HiddenField(get, named)
                    : new Plan.Step.Forward(edits, new WrittenDocument(WriteTerms.limitsRows(get) ? null : get));
        };
    }

    @Override
    public Examined examine(byte[] message) {
        DocumentBytes written = DocumentBytes.of(message);
        if (written == null) {
            return Examined.NotAnAnswer.INSTANCE;
        }
        VisibleFields seen = get != null && WriteTerms.reaches(get, written)
                ? VisibleFields.of(get.obligations().fields())
                : VisibleFields.NONE;
        return new Examined.Send(seen.redact(written));
    }
}
