package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.ListDocumentsResponse;
import com.google.firestore.v1.RunQueryResponse;
import com.google.firestore.v1.Value;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.rows.ListingOrder;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListingCollectorTest {
    /** Clients take 4 MiB in one message, and a page is one: it ends earlier than its size says, and a later one goes on. */
    @ParameterizedTest
    @CsvSource({"2000000, 2128768, 2", "2000000, 2128769, 1", "5000000, 1000, 1"})
    void aPageEndsWhereClientsStopReading(int first, int second, int shown) throws InvalidProtocolBufferException {
        ListingCollector page =
                new ListingCollector(10, Objects.requireNonNull(ListingOrder.parse("")), VisibleFields.ALL);
        page.examine(found("a", first));
        page.examine(found("b", second));

        byte[] told = Objects.requireNonNull(
                Objects.requireNonNull(page.end(AnswerEnd.OK, "")).last());
        ListDocumentsResponse answer = ListDocumentsResponse.parseFrom(told);
        assertThat(answer.getDocumentsCount()).isEqualTo(shown);
        assertThat(answer.getNextPageToken().isEmpty()).isEqualTo(shown == 2);
        assertThat(told).as("what is empty is not written").hasSize(answer.getSerializedSize());
    }

    private static byte[] found(String id, int length) {
        int around = document(id, length).getSerializedSize() - length;
        return RunQueryResponse.newBuilder()
                .setDocument(document(id, length - around))
                .build()
                .toByteArray();
    }

    private static Document document(String id, int content) {
        return Document.newBuilder()
                .setName("projects/p/databases/(default)/documents/c/" + id)
                .putFields(
                        "a",
                        Value.newBuilder()
                                .setBytesValue(ByteString.copyFrom(new byte[content]))
                                .build())
                .build();
    }
}
