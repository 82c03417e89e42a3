package io.firegate.e2e.sdk;

import com.google.api.core.ApiFuture;
import com.google.cloud.Timestamp;
import com.google.cloud.firestore.AggregateField;
import com.google.cloud.firestore.Blob;
import com.google.cloud.firestore.BulkWriter;
import com.google.cloud.firestore.CollectionGroup;
import com.google.cloud.firestore.CollectionReference;
import com.google.cloud.firestore.DocumentReference;
import com.google.cloud.firestore.DocumentSnapshot;
import com.google.cloud.firestore.ExplainOptions;
import com.google.cloud.firestore.ExplainResults;
import com.google.cloud.firestore.FieldMask;
import com.google.cloud.firestore.FieldPath;
import com.google.cloud.firestore.FieldValue;
import com.google.cloud.firestore.Filter;
import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.GeoPoint;
import com.google.cloud.firestore.Precondition;
import com.google.cloud.firestore.Query;
import com.google.cloud.firestore.Query.Direction;
import com.google.cloud.firestore.QuerySnapshot;
import com.google.cloud.firestore.SetOptions;
import com.google.cloud.firestore.TransactionOptions;
import com.google.cloud.firestore.VectorQuery;
import com.google.cloud.firestore.VectorQueryOptions;
import com.google.cloud.firestore.WriteResult;
import io.firegate.e2e.Values;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The non-streaming calls of the official Java client, one row each, in the order in which they build on each other. */
final class JavaCalls {
    /** A call: what it gave, in a form that two equal runs share. */
    @FunctionalInterface
    interface Call {
        @Nullable
        String on(Firestore db) throws Exception;
    }

    private static final Duration STUCK = Duration.ofSeconds(60);
    private static final Pattern MADE_ID = Pattern.compile("[A-Za-z0-9]{20}");

    private JavaCalls() {}

    static Map<String, Call> rows() {
        Map<String, Call> rows = new LinkedHashMap<>();
        documents(rows);
        queries(rows);
        aggregations(rows);
        listings(rows);
        bulk(rows);
        transactions(rows);
        return rows;
    }

    private static void documents(Map<String, Call> rows) {
        rows.put(
                "create",
                db -> done(thing(db, "a")
                        .create(Map.of(
                                "kind",
                                "x",
                                "rank",
                                1,
                                "tags",
                                List.of("red", "blue"),
                                "nested",
                                Map.of("n", 1, "m", 2)))));
        rows.put("create again", db -> done(thing(db, "a").create(Map.of("kind", "x"))));
        rows.put("get", db -> doc(await(thing(db, "a").get())));
        rows.put("get a missing document", db -> doc(await(thing(db, "gone").get())));
        rows.put("set every type of value", db -> {
            Map<String, @Nullable Object> all = new TreeMap<>();
            all.put("none", null);
            all.put("yes", true);
            all.put("int", 9007199254740993L);
            all.put("double", 1.5);
            all.put("whole", 1.0);
            all.put("nan", Double.NaN);
            all.put("inf", Double.NEGATIVE_INFINITY);
            all.put("text", "ünïcödé 😀");
            all.put("time", Timestamp.parseTimestamp("2023-01-31T12:34:56.123456Z"));
            all.put("bytes", Blob.fromBytes(new byte[] {0, 1, -1}));
            all.put("geo", new GeoPoint(48.85, 2.35));
            all.put("list", Arrays.asList(1, "two", Map.of("three", 3), null));
            all.put("map", Map.of("key with spaces", 1, "dotted.key", 2));
            all.put("vector", FieldValue.vector(new double[] {0.5, -2, 3}));
            all.put("at", FieldValue.serverTimestamp());
            await(thing(db, "types").set(all));
            return doc(await(thing(db, "types").get()));
        });
        rows.put("set", db -> done(thing(db, "b").set(Map.of("kind", "x", "rank", 2, "tags", List.of("blue")))));
        rows.put("set with merge", db -> {
            await(thing(db, "b").set(Map.of("nested", Map.of("n", 2)), SetOptions.merge()));
            return doc(await(thing(db, "b").get()));
        });
        rows.put("set with mergeFields", db -> {
            await(thing(db, "b").set(Map.of("rank", 3, "kind", "ignored"), SetOptions.mergeFields("rank")));
            return doc(await(thing(db, "b").get()));
        });
        rows.put(
                "add",
                db -> made(await(db.collection("added").add(Map.of("n", 1))).getId()));
        rows.put("update", db -> {
            await(thing(db, "a").update("rank", 10, "nested.n", 11, "extra", "new"));
            return doc(await(thing(db, "a").get()));
        });
        rows.put("update a missing document", db -> done(thing(db, "gone").update("a", 1)));
        rows.put(
                "update with a precondition that fails",
                db -> done(thing(db, "a")
                        .update(Map.of("a", 1), Precondition.updatedAt(Timestamp.ofTimeSecondsAndNanos(1, 0)))));
        rows.put("field values", db -> {
            await(thing(db, "a")
                    .update(
                            "rank",
                            FieldValue.increment(5),
                            "tags",
                            FieldValue.arrayUnion("white"),
                            "extra",
                            FieldValue.delete(),
                            "at",
                            FieldValue.serverTimestamp()));
            await(thing(db, "a").update("tags", FieldValue.arrayRemove("red")));
            return doc(await(thing(db, "a").get()));
        });
        rows.put(
                "batch",
                db -> "written "
                        + await(db.batch()
                                        .create(thing(db, "c"), Map.of("kind", "y", "rank", 4))
                                        .set(thing(db, "d"), Map.of("kind", "z", "rank", 5))
                                        .update(thing(db, "b"), "rank", 6)
                                        .delete(thing(db, "types"))
                                        .commit())
                                .size());
        rows.put(
                "batch that fails",
                db -> done(db.batch()
                        .set(thing(db, "e"), Map.of("n", 1))
                        .update(thing(db, "gone"), "n", 1)
                        .commit()));
        rows.put("nothing of the failed batch", db -> doc(await(thing(db, "e").get())));
        rows.put("getAll", db -> docs(await(db.getAll(thing(db, "c"), thing(db, "gone"), thing(db, "a")))));
        rows.put(
                "getAll with a mask",
                db -> docs(await(db.getAll(
                        new DocumentReference[] {thing(db, "a"), thing(db, "b")}, FieldMask.of("kind", "nested.n")))));
        rows.put("a class in place of a map", db -> {
            await(db.document("pojos/one").set(new Point(3, 4)));
            Point point = await(db.document("pojos/one").get()).toObject(Point.class);
            return point == null ? "null" : point.getX() + ", " + point.getY();
        });
    }

    private static void queries(Map<String, Call> rows) {
        query(rows, "all", things -> things);
        query(rows, "equality", things -> things.whereEqualTo("kind", "x"));
        query(rows, "range", things -> things.whereGreaterThan("rank", 4).whereLessThanOrEqualTo("rank", 6));
        query(rows, "in", things -> things.whereIn("kind", List.of("y", "z")));
        query(rows, "not-in", things -> things.whereNotIn("kind", List.of("y", "z")));
        query(rows, "!=", things -> things.whereNotEqualTo("kind", "x"));
        query(rows, "array-contains", things -> things.whereArrayContains("tags", "blue"));
        query(rows, "array-contains-any", things -> things.whereArrayContainsAny("tags", List.of("white", "none")));
        query(rows, "or", things -> things.where(Filter.or(Filter.equalTo("kind", "z"), Filter.equalTo("rank", 4))));
        query(
                rows,
                "and of ors",
                things -> things.where(Filter.and(
                        Filter.or(Filter.equalTo("kind", "x"), Filter.equalTo("kind", "y")),
                        Filter.greaterThan("rank", 4))));
        query(rows, "document id", things -> things.whereGreaterThanOrEqualTo(FieldPath.documentId(), "c"));
        query(
                rows,
                "orderBy desc",
                things -> things.orderBy("rank", Direction.DESCENDING).select("rank"));
        query(
                rows,
                "two orders",
                things -> things.orderBy("kind")
                        .orderBy("rank", Direction.DESCENDING)
                        .select("rank"));
        query(
                rows,
                "limit and offset",
                things -> things.orderBy("rank").offset(1).limit(2).select("rank"));
        query(
                rows,
                "limitToLast",
                things -> things.orderBy("rank").limitToLast(2).select("rank"));
        query(
                rows,
                "startAt, endBefore",
                things -> things.orderBy("rank").startAt(5).endBefore(15).select("rank"));
        rows.put(
                "query: startAfter a snapshot",
                db -> docs(await(db.collection("things")
                        .orderBy("rank")
                        .startAfter(await(thing(db, "c").get()))
                        .get())));
        query(rows, "select nothing", things -> things.select(new FieldPath[0]));
        query(rows, "nothing found", things -> things.whereGreaterThan("rank", 1000));
        query(
                rows,
                "too many disjunctions",
                things -> things.whereIn("kind", IntStream.range(0, 31).boxed().toList()));
        rows.put("query: explain", db -> {
            ExplainResults<QuerySnapshot> results = await(db.collection("things")
                    .whereEqualTo("kind", "x")
                    .explain(ExplainOptions.builder().setAnalyze(true).build()));
            QuerySnapshot snapshot = results.getSnapshot();
            return (snapshot == null ? "no" : snapshot.size()) + " documents";
        });
        rows.put("query: findNearest", db -> {
            CollectionReference points = db.collection("points");
            await(db.batch()
                    .set(points.document("a"), Map.of("v", FieldValue.vector(new double[] {1, 0})))
                    .set(points.document("b"), Map.of("v", FieldValue.vector(new double[] {0, 1})))
                    .set(points.document("c"), Map.of("v", FieldValue.vector(new double[] {0.5, 0.5})))
                    .commit());
            return await(points.findNearest(
                                    "v",
                                    new double[] {1, 0.1},
                                    2,
                                    VectorQuery.DistanceMeasure.EUCLIDEAN,
                                    VectorQueryOptions.newBuilder()
                                            .setDistanceResultField("far")
                                            .build())
                            .get())
                    .getDocuments()
                    .stream()
                    .map(each -> each.getId() + " "
                            + String.format(Locale.ROOT, "%.6f", Objects.requireNonNull(each.getDouble("far"))))
                    .collect(Collectors.joining(", "));
        });
        rows.put("collection group", db -> {
            await(db.batch()
                    .set(db.document("things/a/parts/p1"), Map.of("size", 1))
                    .set(db.document("others/o/parts/p2"), Map.of("size", 2))
                    .commit());
            return docs(await(
                    db.collectionGroup("parts").whereGreaterThan("size", 0).get()));
        });
        rows.put("collection group: getPartitions", db -> {
            CollectionGroup group = db.collectionGroup("parts");
            return await(group.getPartitions(3)).size() + " partitions";
        });
    }

    private static void aggregations(Map<String, Call> rows) {
        rows.put(
                "count",
                db -> String.valueOf(
                        await(db.collection("things").count().get()).getCount()));
        rows.put("count, sum, average", db -> {
            var found = await(db.collection("things")
                    .whereLessThan("rank", 100)
                    .aggregate(AggregateField.count(), AggregateField.sum("rank"), AggregateField.average("rank"))
                    .get());
            return found.getCount() + ", " + found.get(AggregateField.sum("rank")) + ", "
                    + found.get(AggregateField.average("rank"));
        });
        rows.put(
                "average of nothing",
                db -> String.valueOf(await(db.collection("none")
                                .aggregate(AggregateField.average("a"))
                                .get())
                        .get(AggregateField.average("a"))));
    }

    private static void listings(Map<String, Call> rows) {
        rows.put("listDocuments", db -> {
            await(db.document("ghosts/g/parts/p").set(Map.of("n", 1)));
            return paths(db.collection("ghosts").listDocuments());
        });
        rows.put("listDocuments of many", db -> {
            var batch = db.batch();
            for (int i = 0; i < 350; i++) {
                batch.set(db.document("many/d" + i), Map.of());
            }
            await(batch.commit());
            return StreamSupport.stream(db.collection("many").listDocuments().spliterator(), false)
                            .count() + " documents";
        });
        rows.put("listCollections of the root", db -> ids(db.listCollections()));
        rows.put("listCollections of a document", db -> ids(thing(db, "a").listCollections()));
    }

    private static void bulk(Map<String, Call> rows) {
        rows.put("bulkWriter", db -> {
            List<String> failed = new ArrayList<>();
            BulkWriter writer = db.bulkWriter();
            writer.addWriteErrorListener(error -> {
                failed.add(error.getStatus().getCode().name());
                return false;
            });
            List<ApiFuture<WriteResult>> writes = new ArrayList<>();
            for (int i = 0; i < 45; i++) {
                writes.add(writer.set(db.document("bulk/d" + i), Map.of("i", i)));
            }
            ApiFuture<WriteResult> failing = writer.update(db.document("bulk/gone"), "i", 1);
            writer.close();
            for (ApiFuture<WriteResult> write : writes) {
                await(write);
            }
            if (!failing.isDone()) {
                throw new IllegalStateException("closed before every write had ended");
            }
            return await(db.collection("bulk").count().get()).getCount() + " written, failed " + failed;
        });
        rows.put("recursiveDelete", db -> {
            await(db.document("bulk/d1/parts/p").set(Map.of("n", 1)));
            await(db.recursiveDelete(db.collection("bulk")));
            return await(db.collection("bulk").count().get()).getCount() + " left";
        });
    }

    private static void transactions(Map<String, Call> rows) {
        rows.put("transaction: read and write", db -> String.valueOf(await(bump(db, "one"))));
        rows.put(
                "transaction: query inside",
                db -> await(db.runTransaction(transaction -> docs(transaction
                        .get(db.collection("things").whereEqualTo("kind", "x"))
                        .get()))));
        rows.put(
                "transaction: count inside",
                db -> await(db.runTransaction(transaction -> String.valueOf(
                        transaction.get(db.collection("things").count()).get().getCount()))));
        rows.put(
                "transaction: getAll inside",
                db -> await(db.runTransaction(transaction -> docs(
                        transaction.getAll(thing(db, "a"), thing(db, "gone")).get()))));
        rows.put(
                "transaction: read-only",
                db -> await(db.runTransaction(
                        transaction -> doc(transaction.get(thing(db, "c")).get()),
                        TransactionOptions.createReadOnlyOptionsBuilder().build())));
        rows.put(
                "transaction: given up by the caller",
                db -> await(db.runTransaction(transaction -> {
                    transaction.get(thing(db, "a")).get();
                    transaction.set(thing(db, "never"), Map.of("n", 1));
                    throw new IllegalStateException("no");
                })));
        rows.put(
                "transaction: nothing of the one given up",
                db -> doc(await(thing(db, "never").get())));
        rows.put("transaction: conflicts are retried", db -> {
            List<ApiFuture<Long>> bumps = List.of(bump(db, "two"), bump(db, "two"), bump(db, "two"));
            for (ApiFuture<Long> bump : bumps) {
                await(bump);
            }
            return doc(await(db.document("counters/two").get()));
        });
        rows.put("delete", db -> {
            await(thing(db, "a").delete());
            return doc(await(thing(db, "a").get()));
        });
        rows.put("delete a missing document", db -> done(thing(db, "a").delete()));
        rows.put(
                "delete with a precondition that fails",
                db -> done(thing(db, "b").delete(Precondition.updatedAt(Timestamp.ofTimeSecondsAndNanos(1, 0)))));
    }

    /** A class the client maps to a document. */
    public static final class Point {
        private long x;
        private long y;

        /** For the client. */
        public Point() {}

        Point(long x, long y) {
            this.x = x;
            this.y = y;
        }

        public long getX() {
            return x;
        }

        public void setX(long x) {
            this.x = x;
        }

        public long getY() {
            return y;
        }

        public void setY(long y) {
            this.y = y;
        }
    }

    private static void query(Map<String, Call> rows, String name, java.util.function.UnaryOperator<Query> query) {
        rows.put(
                "query: " + name,
                db -> docs(await(query.apply(db.collection("things")).get())));
    }

    private static ApiFuture<Long> bump(Firestore db, String counter) {
        DocumentReference reference = db.document("counters/" + counter);
        return db.runTransaction(transaction -> {
            Long before = transaction.get(reference).get().getLong("n");
            long n = before == null ? 1 : before + 1;
            transaction.set(reference, Map.of("n", n));
            return n;
        });
    }

    private static DocumentReference thing(Firestore db, String id) {
        return db.collection("things").document(id);
    }

    private static String done(ApiFuture<?> future) throws Exception {
        await(future);
        return "done";
    }

    private static <T> T await(ApiFuture<T> future) throws Exception {
        return future.get(STUCK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String docs(QuerySnapshot snapshot) {
        return docs(snapshot.getDocuments());
    }

    private static String docs(List<? extends DocumentSnapshot> snapshots) {
        return snapshots.isEmpty()
                ? "no documents"
                : snapshots.stream().map(JavaCalls::doc).collect(Collectors.joining("; "));
    }

    private static String doc(DocumentSnapshot snapshot) {
        if (!snapshot.exists()) {
            return snapshot.getReference().getPath() + " missing";
        }
        Map<String, Object> fields = new TreeMap<>(Objects.requireNonNull(snapshot.getData()));
        fields.replaceAll((key, value) -> value instanceof Timestamp time && recent(time) ? "now" : value);
        return snapshot.getReference().getPath() + " " + Values.show(fields);
    }

    private static boolean recent(Timestamp time) {
        return Duration.between(Instant.ofEpochSecond(time.getSeconds()), Instant.now())
                        .abs()
                        .toHours()
                < 1;
    }

    private static String made(String id) {
        return MADE_ID.matcher(id).matches() ? "made" : id;
    }

    private static String paths(Iterable<DocumentReference> references) {
        return StreamSupport.stream(references.spliterator(), false)
                .map(DocumentReference::getPath)
                .collect(Collectors.joining(", "));
    }

    private static String ids(Iterable<CollectionReference> collections) {
        return StreamSupport.stream(collections.spliterator(), false)
                .map(CollectionReference::getId)
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
