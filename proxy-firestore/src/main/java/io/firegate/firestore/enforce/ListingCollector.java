package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.ListDocumentsResponse;
import com.google.firestore.v1.RunQueryResponse;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.firegate.firestore.rows.ListingOrder;
import io.firegate.firestore.rows.Projection;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Makes one page of a listing of the answer of a query. */
final class ListingCollector extends AnswerExaminer {
    /** Where a page ends however few documents it has: what official clients take in one message unless told otherwise. */
    private static final int PAGE_BYTES_MAX = 4 * 1024 * 1024 - 64 * 1024;

    private static final Parser<RunQueryResponse> KNOWN = DiscardUnknownFieldsParser.wrap(RunQueryResponse.parser());

    private final int size;
    private final ListingOrder order;
    private final @Nullable Projection cut;
    private final ListDocumentsResponse.Builder page = ListDocumentsResponse.newBuilder();
    private long bytes;
    private String goesOn = "";
    private boolean full;

    /**
     * A collector.
     *
     * @param size most documents of the page
     * @param order what the query is ordered by
     * @param cut what is left of each document; null for all of it
     */
    ListingCollector(int size, ListingOrder order, @Nullable Projection cut) {
        this.size = size;
        this.order = order;
        this.cut = cut;
    }

    @Override
    public Examined examine(byte[] message) {
        RunQueryResponse answer;
        try {
            answer = KNOWN.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return Examined.NotAnAnswer.INSTANCE;
        }
        if (!answer.hasDocument() || full) {
            return new Examined.Withheld(0);
        }
        Document read = answer.getDocument();
        Document shown = cut == null ? read : cut.strip(read);
        int length = shown.getSerializedSize();
        if (page.getDocumentsCount() == size || (page.getDocumentsCount() > 0 && bytes + length > PAGE_BYTES_MAX)) {
            full = true;
            return new Examined.Withheld(0);
        }
        page.addDocuments(shown);
        bytes += length;
        goesOn = Base64.getEncoder().encodeToString(order.after(read).toByteArray());
        return new Examined.Withheld(length);
    }

    @Override
    public @Nullable AnswerEnd end(int status, String text) {
        if (status != AnswerEnd.OK) {
            return AnswerEnd.withoutWords(status, text);
        }
        if (full) {
            page.setNextPageToken(goesOn);
        }
        return new AnswerEnd(page.build().toByteArray(), AnswerEnd.OK, "");
    }
}
