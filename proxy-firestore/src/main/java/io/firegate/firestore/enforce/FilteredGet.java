package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.GetDocumentRequest;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rows.Projection;
import io.firegate.firestore.rows.StoredDocument;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.RowPredicate;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A document read under a condition: with the fields the condition needs, and missing when it does not meet it. */
final class FilteredGet extends RowFiltered {
    /** A document that is hidden and one that is not there are the same to the last byte, so these are not Firestore's words. */
    private static final AnswerEnd MISSING = AnswerEnd.of(AnswerEnd.NOT_FOUND, "Document not found.");

    FilteredGet(Plan inner, RequestMessage request) {
        super(inner, request);
    }

    @Override
    Step filter(Step.Onward onward, Verdict verdict, Map<String, RowPredicate> rows) {
        RowPredicate condition = only(rows);
        GetDocumentRequest asked = onward.message(request(), GetDocumentRequest.parser());
        if (!asked.hasMask()) {
            return onward.seenFirstBy(new Examiner(condition, null));
        }
        if (Projection.isTooLong(asked.getMask().getFieldPathsCount())) {
            return new Step.Refuse(new Reading.Unreadable(RequestProblem.TOO_MANY_PATHS, "mask"));
        }
        Projection shown = Projection.of(asked.getMask().getFieldPathsList());
        if (shown == null) {
            return new Step.Refuse(new Reading.Unreadable(RequestProblem.BAD_FIELD_PATH, "mask"));
        }
        Set<FieldPath> needed = condition.fields();
        if (shown.holds(needed)) {
            return onward.seenFirstBy(new Examiner(condition, null));
        }
        return new Step.Instead(
                FirestoreMethod.GET_DOCUMENT,
                asked.toBuilder().setMask(shown.mask(needed)).build(),
                new Examiner(condition, shown).then(onward.answers()));
    }

    private static final class Examiner extends MessageExaminer<Document> {
        private final RowPredicate condition;
        private final @Nullable Projection cut;
        private boolean hidden;

        Examiner(RowPredicate condition, @Nullable Projection cut) {
            super(Document.parser());
            this.condition = condition;
            this.cut = cut;
        }

        @Override
        Judged<Document> judge(Document document) {
            if (!condition.permits(new StoredDocument(document))) {
                hidden = true;
                return new Judged.Kept<>(new Examined.Withheld(0));
            }
            return cut == null ? new Judged.AsItCame<>() : new Judged.Changed<>(cut.strip(document));
        }

        @Override
        public @Nullable AnswerEnd end(int status, String text) {
            return status == AnswerEnd.NOT_FOUND || (status == AnswerEnd.OK && hidden)
                    ? MISSING
                    : AnswerEnd.withoutWords(status, text);
        }
    }
}
