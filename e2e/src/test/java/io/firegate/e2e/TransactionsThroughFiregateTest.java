package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.core.ApiFuture;
import com.google.cloud.firestore.AggregateField;
import com.google.cloud.firestore.AggregateQuerySnapshot;
import com.google.cloud.firestore.BulkWriter;
import com.google.cloud.firestore.CollectionReference;
import com.google.cloud.firestore.DocumentReference;
import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.TransactionOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The official Java client's transactions, bulk writers, listings and aggregations through firegate. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class TransactionsThroughFiregateTest {
    private static final int CALL_SECONDS = 60;

    private GatewayHarness harness;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = new GatewayHarness(directory);
    }

    @AfterAll
    void stop() {
        harness.close();
    }

    private Firestore owner() {
        return harness.plaintext("plaintext", harness.tenant().userToken(GatewayHarness.OWNER));
    }

    private static <T> T await(ApiFuture<T> future) throws Exception {
        return future.get(CALL_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void conflictingTransactionsLoseNoUpdate() throws Exception {
        try (Firestore one = owner();
                Firestore other = owner()) {
            await(one.document("counters/c").set(Map.of("n", 0)));
            List<ApiFuture<Long>> running = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Firestore client = i % 2 == 0 ? one : other;
                DocumentReference counter = client.document("counters/c");
                running.add(client.runTransaction(
                        transaction -> {
                            Long n = await(transaction.get(counter)).getLong("n");
                            long next = n == null ? -1 : n + 1;
                            transaction.update(counter, "n", next);
                            return next;
                        },
                        TransactionOptions.createReadWriteOptionsBuilder()
                                .setNumberOfAttempts(20)
                                .build()));
            }
            for (ApiFuture<Long> each : running) {
                await(each);
            }

            assertThat(await(one.document("counters/c").get()).getLong("n")).isEqualTo(6);
        }
    }

    @Test
    void aReadOnlyTransactionReadsDocumentsAndQueries() throws Exception {
        try (Firestore client = owner()) {
            await(client.document("readings/r").set(Map.of("n", 1)));

            int size = await(client.runAsyncTransaction(
                            transaction -> transaction.get(client.collection("readings")),
                            TransactionOptions.createReadOnlyOptionsBuilder().build()))
                    .size();

            assertThat(size).isEqualTo(1);
        }
    }

    @Test
    void bulkWritesListingsAggregationsAndRecursiveDelete() throws Exception {
        try (Firestore client = owner()) {
            CollectionReference stock = client.collection("stock");
            try (BulkWriter writer = client.bulkWriter()) {
                for (int i = 0; i < 45; i++) {
                    var unused = writer.set(stock.document("d" + i), Map.of("n", i));
                }
                var unused =
                        writer.set(stock.document("ghost").collection("parts").document("p"), Map.of("n", 1));
            }

            List<String> listed = new ArrayList<>();
            stock.listDocuments().forEach(document -> listed.add(document.getId()));
            assertThat(listed).hasSize(46).contains("ghost", "d44");
            List<String> collections = new ArrayList<>();
            stock.document("ghost").listCollections().forEach(collection -> collections.add(collection.getId()));
            assertThat(collections).containsExactly("parts");
            AggregateQuerySnapshot totals =
                    await(stock.aggregate(AggregateField.count(), AggregateField.sum("n"), AggregateField.average("n"))
                            .get());
            assertThat(totals.getCount()).isEqualTo(45);
            assertThat(totals.get(AggregateField.sum("n"))).isEqualTo(990L);
            assertThat(totals.get(AggregateField.average("n"))).isEqualTo(22.0);

            // Of a document: of a collection the client asks for everything in the database, which a denied path
            // forbids here.
            await(client.recursiveDelete(stock.document("ghost")));

            assertThat(await(stock.document("ghost").collection("parts").get()).isEmpty())
                    .isTrue();
        }
    }
}
