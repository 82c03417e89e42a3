package io.firegate.firestore.enforce;

import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.rows.DocumentBytes;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes out of each message what its caller may not see. What firegate does not know goes with it, because nobody has judged it. */
final class FieldsExaminer extends DocumentExaminer {
    private final Function<DocumentBytes, @Nullable VisibleFields> visible;

    /**
     * An examiner.
     *
     * @param visible what may be seen of a document; null of one nobody asked for
     */
    FieldsExaminer(In in, Function<DocumentBytes, @Nullable VisibleFields> visible) {
        super(in);
        this.visible = visible;
    }

    /** An examiner of documents of which the same may be seen. */
    FieldsExaminer(In in, VisibleFields visible) {
        this(in, document -> visible);
    }

    @Override
    Judged judge(DocumentBytes document) {
        VisibleFields fields = visible.apply(document);
        return fields == null ? Judged.Unasked.INSTANCE : new Judged.Shown(fields);
    }

    @Override
    boolean letsUnknownPass() {
        return false;
    }
}
