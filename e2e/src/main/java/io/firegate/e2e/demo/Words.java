package io.firegate.e2e.demo;

import io.firegate.e2e.Operation;
import java.util.Map;
import java.util.stream.Collectors;

/** An operation in the words the command line takes. */
final class Words {
    private Words() {}

    static String of(Operation operation) {
        return switch (operation) {
            case Operation.Get get -> "get " + get.path();
            case Operation.GetAll all -> "get " + String.join(" ", all.paths());
            case Operation.Query query ->
                (query.group() ? "query, group " : "query ")
                        + query.from()
                        + query.where().stream()
                                .map(filter -> " where " + filter.field() + " " + filter.op() + " " + filter.value())
                                .collect(Collectors.joining());
            case Operation.Put put -> "set " + put.path() + fields(put.data());
            case Operation.Create create -> "create " + create.path() + fields(create.data());
            case Operation.Update update -> "update " + update.path() + fields(update.data());
            case Operation.Delete delete -> "delete " + delete.path();
            case Operation.Batch batch ->
                batch.changes().stream().map(Words::of).collect(Collectors.joining("; ", "batch ", ""));
        };
    }

    private static String fields(Map<String, ?> data) {
        return data.entrySet().stream()
                .map(field -> " " + field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining());
    }
}
