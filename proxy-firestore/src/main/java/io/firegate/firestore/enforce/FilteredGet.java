package io.firegate.firestore.enforce;

import com.google.firestore.v1.GetDocumentRequest;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.firestore.rows.Projection;
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
            return onward.seenFirstBy(new Examiner(condition, VisibleFields.ALL));
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
            return onward.seenFirstBy(new Examiner(condition, VisibleFields.ALL));
        }
        return new Step.Instead(
                FirestoreMethod.GET_DOCUMENT,
                asked.toBuilder().setMask(shown.mask(needed)).build(),
                new Examiner(condition, VisibleFields.only(shown.paths())).then(onward.answers()));
    }

    private static final class Examiner extends DocumentExaminer {
        private final RowPredicate condition;
        private final VisibleFields wanted;
        private boolean hidden;

        Examiner(RowPredicate condition, VisibleFields wanted) {
            super(In.GET);
            this.condition = condition;
            this.wanted = wanted;
        }

        @Override
        Judged judge(DocumentBytes document) {
            hidden = !condition.permits(document);
            return hidden ? Judged.Missing.INSTANCE : new Judged.Shown(wanted);
        }

        @Override
        boolean letsUnknownPass() {
            return true;
        }

        @Override
        public @Nullable AnswerEnd end(int status, String text) {
            return status == AnswerEnd.NOT_FOUND || (status == AnswerEnd.OK && hidden)
                    ? MISSING
                    : AnswerEnd.withoutWords(status, text);
        }
    }
}
