package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.ListDocumentsResponse;
import com.google.firestore.v1.RunQueryResponse;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageWalk;
import io.firegate.firestore.wire.TailWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An examiner that judges each document of an answer in the bytes of its message, and cuts what may not be seen out of them. Two of one
 * RPC read a message once, and it is written once.
 */
abstract class DocumentExaminer extends AnswerExaminer {
    private final In in;

    DocumentExaminer(In in) {
        this.in = in;
    }

    /**
     * Answers that hold documents.
     *
     * @param field the field documents stand in, 0 when the answer is one
     */
    record In(AnswerType type, int field) {
        static final In GET = new In(new AnswerType(Document.getDefaultInstance()), 0);
        static final In BATCH_GET = new In(
                new AnswerType(BatchGetDocumentsResponse.getDefaultInstance()),
                BatchGetDocumentsResponse.FOUND_FIELD_NUMBER);
        static final In LIST = new In(
                new AnswerType(ListDocumentsResponse.getDefaultInstance()),
                ListDocumentsResponse.DOCUMENTS_FIELD_NUMBER);
        static final In QUERY =
                new In(new AnswerType(RunQueryResponse.getDefaultInstance()), RunQueryResponse.DOCUMENT_FIELD_NUMBER);
    }

    /** What becomes of one document. */
    sealed interface Judged {
        /** The client sees these fields of it. */
        record Shown(VisibleFields fields) implements Judged {}

        /** To the client it is missing. Of documents that are asked for by their names only. */
        enum Missing implements Judged {
            INSTANCE
        }

        /** Nobody asked for it, so the message is no answer. */
        enum Unasked implements Judged {
            INSTANCE
        }
    }

    /** Judges one document. */
    abstract Judged judge(DocumentBytes document);

    /** Whether a message of which nothing is cut out goes on as it came, with what firegate does not know in it. */
    abstract boolean letsUnknownPass();

    @Override
    public final Examined examine(byte[] message) {
        MessageWalk answer = in.type.read(message);
        if (answer == null) {
            return Examined.NotAnAnswer.INSTANCE;
        }
        byte[] asItCame = letsUnknownPass() ? message : answer.data();
        return in.field == 0 ? whole(answer, asItCame) : parts(answer, asItCame);
    }

    private Examined whole(MessageWalk answer, byte[] asItCame) {
        DocumentBytes document = new DocumentBytes(answer, answer.start(), answer.end());
        return switch (judge(document)) {
            case Judged.Shown(var fields) -> new Examined.Send(fields.all() ? asItCame : fields.redact(document));
            case Judged.Missing.INSTANCE -> new Examined.Withheld(0);
            case Judged.Unasked.INSTANCE -> Examined.NotAnAnswer.INSTANCE;
        };
    }

    private Examined parts(MessageWalk answer, byte[] asItCame) {
        List<Field> fields = new ArrayList<>();
        FieldCursor cursor = answer.fields();
        while (cursor.next()) {
            fields.add(cursor.field());
        }
        byte[] data = answer.data();
        TailWriter out = new TailWriter(answer.end() - answer.start());
        boolean changed = false;
        for (int i = fields.size() - 1; i >= 0; i--) {
            Field field = fields.get(i);
            if (field.number() != in.field) {
                out.copy(data, field.tagAt(), field.end());
                continue;
            }
            DocumentBytes document = new DocumentBytes(answer, field.start(), field.end());
            int written = out.length();
            switch (judge(document)) {
                case Judged.Shown(var shown) -> {
                    shown.write(document, out);
                    out.delimit(in.field, written);
                    changed |= !shown.all();
                }
                case Judged.Missing.INSTANCE -> {
                    Field name = document.nameField();
                    if (name != null) {
                        out.copy(data, name.start(), name.end());
                    }
                    out.delimit(BatchGetDocumentsResponse.MISSING_FIELD_NUMBER, written);
                    changed = true;
                }
                case Judged.Unasked.INSTANCE -> {
                    return Examined.NotAnAnswer.INSTANCE;
                }
            }
        }
        return new Examined.Send(changed ? out.bytes() : asItCame);
    }

    /** This one first, and the other on what it lets out; null when they do not read the same answers. */
    final @Nullable DocumentExaminer thenOfSame(DocumentExaminer next) {
        if (!in.equals(next.in)) {
            return null;
        }
        DocumentExaminer first = this;
        return new DocumentExaminer(in) {
            // By what each leaves: a client's mask may be long, and most documents of an answer have the same two.
            private final Map<List<VisibleFields>, VisibleFields> visibleInBoth = new HashMap<>();

            @Override
            Judged judge(DocumentBytes document) {
                Judged judged = first.judge(document);
                if (!(judged instanceof Judged.Shown(var some))) {
                    return judged;
                }
                Judged last = next.judge(document);
                return last instanceof Judged.Shown(var others)
                        ? new Judged.Shown(
                                visibleInBoth.computeIfAbsent(List.of(some, others), both -> some.and(others)))
                        : last;
            }

            @Override
            boolean letsUnknownPass() {
                return first.letsUnknownPass() && next.letsUnknownPass();
            }
        };
    }
}
