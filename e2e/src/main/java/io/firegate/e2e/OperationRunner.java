package io.firegate.e2e;

import com.google.api.core.ApiFuture;
import com.google.api.gax.rpc.ApiException;
import com.google.cloud.firestore.DocumentReference;
import com.google.cloud.firestore.DocumentSnapshot;
import com.google.cloud.firestore.FieldMask;
import com.google.cloud.firestore.FieldPath;
import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.Query;
import com.google.cloud.firestore.Query.Direction;
import com.google.cloud.firestore.SetOptions;
import com.google.cloud.firestore.WriteBatch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs operations with one client. Blocks the calling thread. */
public final class OperationRunner {
    /** Above the client's longest wait between two attempts; a call that takes longer is stuck. */
    private static final Duration STUCK = Duration.ofSeconds(60);

    private final Firestore firestore;

    /** A runner for a client, which it does not close. */
    public OperationRunner(Firestore firestore) {
        this.firestore = firestore;
    }

    /** Runs one. A failure of the call is an outcome; a call that never ends is an {@link IllegalStateException}. */
    public Outcome run(Operation operation) {
        try {
            return new Outcome.Answered(
                    switch (operation) {
                        case Operation.Get get ->
                            List.of(show(await(firestore.document(get.path()).get())));
                        case Operation.GetAll all -> getAll(all);
                        case Operation.Query query ->
                            await(build(query).get()).getDocuments().stream()
                                    .map(OperationRunner::show)
                                    .toList();
                        case Operation.Change change -> {
                            commit(List.of(change));
                            yield List.of("written");
                        }
                        case Operation.Batch batch -> {
                            int written = commit(batch.changes());
                            yield List.of("written " + written);
                        }
                    });
        } catch (ExecutionException e) {
            return failed(e);
        }
    }

    private List<String> getAll(Operation.GetAll all) throws ExecutionException {
        DocumentReference[] references =
                all.paths().stream().map(firestore::document).toArray(DocumentReference[]::new);
        FieldMask mask =
                all.fields().isEmpty() ? null : FieldMask.of(all.fields().toArray(String[]::new));
        return await(mask == null ? firestore.getAll(references) : firestore.getAll(references, mask)).stream()
                .map(OperationRunner::show)
                .toList();
    }

    private Query build(Operation.Query query) {
        Query built = query.group() ? firestore.collectionGroup(query.from()) : firestore.collection(query.from());
        for (Operation.Filter filter : query.where()) {
            built = where(built, filter);
        }
        for (Operation.Order order : query.orderBy()) {
            built = built.orderBy(
                    field(order.field()), order.descending() ? Direction.DESCENDING : Direction.ASCENDING);
        }
        if (!query.startAt().isEmpty()) {
            built = built.startAt(query.startAt().stream()
                    .map(value -> Objects.requireNonNull(Values.toClient(firestore, value)))
                    .toArray());
        }
        if (!query.select().isEmpty()) {
            built = built.select(query.select().toArray(String[]::new));
        }
        if (query.limit() > 0) {
            built = built.limit(query.limit());
        }
        return query.offset() > 0 ? built.offset(query.offset()) : built;
    }

    private Query where(Query query, Operation.Filter filter) {
        FieldPath field = field(filter.field());
        Object value = Values.toClient(firestore, filter.value());
        return switch (filter.op()) {
            case "==" -> query.whereEqualTo(field, value);
            case "!=" -> query.whereNotEqualTo(field, value);
            case "<" -> query.whereLessThan(field, Objects.requireNonNull(value));
            case "<=" -> query.whereLessThanOrEqualTo(field, Objects.requireNonNull(value));
            case ">" -> query.whereGreaterThan(field, Objects.requireNonNull(value));
            case ">=" -> query.whereGreaterThanOrEqualTo(field, Objects.requireNonNull(value));
            case "in" -> query.whereIn(field, list(value));
            case "not-in" -> query.whereNotIn(field, list(value));
            case "array-contains" -> query.whereArrayContains(field, Objects.requireNonNull(value));
            case "array-contains-any" -> query.whereArrayContainsAny(field, list(value));
            default -> throw new IllegalArgumentException("unknown operator " + filter.op());
        };
    }

    private static FieldPath field(String name) {
        return name.equals("__name__") ? FieldPath.documentId() : FieldPath.of(name.split("\\.", -1));
    }

    private static List<?> list(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException("the operator takes a list");
    }

    private int commit(List<Operation.Change> changes) throws ExecutionException {
        WriteBatch batch = firestore.batch();
        for (Operation.Change change : changes) {
            DocumentReference reference = firestore.document(change.path());
            switch (change) {
                case Operation.Put put -> {
                    Map<String, @Nullable Object> data = Values.toClientMap(firestore, put.data());
                    if (put.merge()) {
                        batch.set(reference, data, SetOptions.merge());
                    } else {
                        batch.set(reference, data);
                    }
                }
                case Operation.Create create -> batch.create(reference, Values.toClientMap(firestore, create.data()));
                case Operation.Update update -> batch.update(reference, Values.toClientMap(firestore, update.data()));
                case Operation.Delete delete -> batch.delete(reference);
            }
        }
        return await(batch.commit()).size();
    }

    private static String show(DocumentSnapshot snapshot) {
        Map<String, Object> data = snapshot.getData();
        return snapshot.getReference().getPath() + (data == null ? " (missing)" : " " + Values.show(data));
    }

    private static <T> T await(ApiFuture<T> future) throws ExecutionException {
        try {
            return future.get(STUCK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the call is stuck: no answer within " + STUCK.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static Outcome.Failed failed(ExecutionException failure) {
        ApiException cause = Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause)
                .filter(ApiException.class::isInstance)
                .map(ApiException.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(failure));
        String reason = cause.getReason();
        String domain = cause.getDomain();
        Map<String, String> metadata = cause.getMetadata();
        return new Outcome.Failed(
                cause.getStatusCode().getCode().name(),
                reason == null ? "" : reason,
                domain == null ? "" : domain,
                metadata == null ? Map.of() : metadata,
                message(cause));
    }

    /** What the server said, without the names of the exceptions the client wraps it in. */
    private static String message(ApiException failure) {
        String text = String.valueOf(failure.getMessage());
        String before = ": " + failure.getStatusCode().getCode().name() + ": ";
        int wrapped = text.indexOf(before);
        return wrapped < 0 ? text : text.substring(wrapped + before.length());
    }
}
