package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.firestore.rows.Projection;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.RowPredicate;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Documents read together, each under a condition of its own or none: those that do not meet theirs are missing. */
final class FilteredBatchGet extends RowFiltered {
    private final String root;

    FilteredBatchGet(Plan inner, RequestMessage request, DatabaseName database) {
        super(inner, request);
        this.root = database.resourceName() + "/documents";
    }

    @Override
    Step filter(Step.Onward onward, Verdict verdict, Map<String, RowPredicate> rows) {
        BatchGetDocumentsRequest asked = onward.message(request(), BatchGetDocumentsRequest.parser());
        if (!asked.hasMask()) {
            return onward.seenFirstBy(new Examiner(verdict, rows, VisibleFields.ALL));
        }
        if (Projection.isTooLong(asked.getMask().getFieldPathsCount())) {
            return new Step.Refuse(new Reading.Unreadable(RequestProblem.TOO_MANY_PATHS, "mask"));
        }
        Projection shown = Projection.of(asked.getMask().getFieldPathsList());
        if (shown == null) {
            return new Step.Refuse(new Reading.Unreadable(RequestProblem.BAD_FIELD_PATH, "mask"));
        }
        Set<FieldPath> needed = new LinkedHashSet<>();
        rows.values().forEach(condition -> needed.addAll(condition.fields()));
        if (shown.holds(needed)) {
            return onward.seenFirstBy(new Examiner(verdict, rows, VisibleFields.ALL));
        }
        return new Step.Instead(
                FirestoreMethod.BATCH_GET_DOCUMENTS,
                asked.toBuilder().setMask(shown.mask(needed)).build(),
                new Examiner(verdict, rows, VisibleFields.only(shown.paths())).then(onward.answers()));
    }

    private final class Examiner extends DocumentExaminer {
        private final Verdict verdict;
        private final Map<String, RowPredicate> rows;
        private final VisibleFields wanted;

        Examiner(Verdict verdict, Map<String, RowPredicate> rows, VisibleFields wanted) {
            super(In.BATCH_GET);
            this.verdict = verdict;
            this.rows = rows;
            this.wanted = wanted;
        }

        @Override
        Judged judge(DocumentBytes document) {
            String name = document.name();
            String path = name.startsWith(root) ? name.substring(root.length()) : "";
            if (!verdict.shown().contains(path)) {
                return Judged.Unasked.INSTANCE;
            }
            RowPredicate condition = rows.get(path);
            return condition == null || condition.permits(document)
                    ? new Judged.Shown(wanted)
                    : Judged.Missing.INSTANCE;
        }

        @Override
        boolean letsUnknownPass() {
            return true;
        }

        @Override
        public @Nullable AnswerEnd end(int status, String text) {
            return AnswerEnd.withoutWords(status, text);
        }
    }
}
