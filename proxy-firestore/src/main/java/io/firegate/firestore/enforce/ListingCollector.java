package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.ListDocumentsResponse;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.firegate.firestore.enforce.DocumentExaminer.In;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.firestore.rows.ListingOrder;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageWalk;
import io.firegate.firestore.wire.TailWriter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes one page of a listing of the answer of a query. */
final class ListingCollector extends AnswerExaminer {
    /** Where a page ends however few documents it has: what official clients take in one message unless told otherwise. */
    private static final int PAGE_BYTES_MAX = 4 * 1024 * 1024 - 64 * 1024;

    /** Most bytes of a document's tag and length. */
    private static final int FRAME_BYTES = 6;

    private final int size;
    private final ListingOrder order;
    private final VisibleFields wanted;
    private final List<byte[]> page = new ArrayList<>();
    /** The document the page ends with, whole. */
    private @Nullable DocumentBytes last;

    private int bytes;
    private boolean full;

    /**
     * A collector.
     *
     * @param size most documents of the page
     * @param order what the query is ordered by
     * @param wanted what is left of each document
     */
    ListingCollector(int size, ListingOrder order, VisibleFields wanted) {
        this.size = size;
        this.order = order;
        this.wanted = wanted;
    }

    @Override
    public Examined examine(byte[] message) {
        MessageWalk answer = In.QUERY.type().read(message);
        if (answer == null) {
            return Examined.NotAnAnswer.INSTANCE;
        }
        FieldCursor fields = answer.fields();
        while (fields.next()) {
            if (fields.number() == In.QUERY.field()) {
                return add(new DocumentBytes(answer, fields.start(), fields.end()));
            }
        }
        return new Examined.Withheld(0);
    }

    private Examined add(DocumentBytes read) {
        byte[] shown = full ? new byte[0] : wanted.redact(read);
        full |= page.size() == size || (!page.isEmpty() && bytes + shown.length > PAGE_BYTES_MAX);
        if (full) {
            return new Examined.Withheld(0);
        }
        page.add(shown);
        bytes += shown.length;
        last = read;
        return new Examined.Withheld(shown.length);
    }

    @Override
    public @Nullable AnswerEnd end(int status, String text) {
        if (status != AnswerEnd.OK) {
            return AnswerEnd.withoutWords(status, text);
        }
        byte[] token = full && last != null ? goesOn(last) : new byte[0];
        TailWriter answer = new TailWriter(bytes + FRAME_BYTES * (page.size() + 1) + token.length);
        if (token.length > 0) {
            answer.copy(token, 0, token.length);
            answer.delimit(ListDocumentsResponse.NEXT_PAGE_TOKEN_FIELD_NUMBER, 0);
        }
        for (int i = page.size() - 1; i >= 0; i--) {
            int written = answer.length();
            answer.copy(page.get(i), 0, page.get(i).length);
            answer.delimit(In.LIST.field(), written);
        }
        return new AnswerEnd(answer.bytes(), AnswerEnd.OK, "");
    }

    private byte[] goesOn(DocumentBytes document) {
        try {
            Document decoded = Document.parseFrom(UnsafeByteOperations.unsafeWrap(
                    document.data(), document.start(), document.end() - document.start()));
            return Base64.getEncoder().encode(order.after(decoded).toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what passed the walk does not parse", e);
        }
    }
}
