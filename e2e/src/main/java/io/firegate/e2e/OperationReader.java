package io.firegate.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Reads operations from YAML: a map with one key, the call.
 *
 * <pre>{@code
 * get: patients/p1
 * getAll: { paths: [patients/p1, patients/p2], fields: [name] }
 * query: { from: patients, where: [[ward, ==, A]], orderBy: [[name, desc]], limit: 2 }
 * set: { path: patients/p9, data: { name: Ada }, merge: true }
 * create: { path: ..., data: ... }
 * update: { path: ..., data: ... }
 * delete: patients/p9
 * batch: [ { set: ... }, { delete: ... } ]
 * }</pre>
 */
public final class OperationReader {
    private OperationReader() {}

    /** The operation a map stands for. */
    public static Operation read(String place, @Nullable Object value) {
        YamlMap map = YamlMap.of(place, value);
        if (map.raw().size() != 1) {
            throw new IllegalArgumentException(place + ": must name one call");
        }
        String call = String.valueOf(map.raw().keySet().iterator().next());
        return switch (call) {
            case "get" -> new Operation.Get(map.text(call));
            case "getAll" -> {
                YamlMap all = map.map(call);
                Operation.GetAll read = new Operation.GetAll(all.texts("paths"), all.texts("fields"));
                all.done();
                yield read;
            }
            case "query" -> query(map.map(call));
            case "set" -> {
                YamlMap put = map.map(call);
                Operation.Put read = new Operation.Put(put.text("path"), data(put), put.flag("merge"));
                put.done();
                yield read;
            }
            case "create" -> {
                YamlMap create = map.map(call);
                Operation.Create read = new Operation.Create(create.text("path"), data(create));
                create.done();
                yield read;
            }
            case "update" -> {
                YamlMap update = map.map(call);
                Operation.Update read = new Operation.Update(update.text("path"), data(update));
                update.done();
                yield read;
            }
            case "delete" -> new Operation.Delete(map.text(call));
            case "batch" -> {
                List<Operation.Change> changes = new ArrayList<>();
                for (Object item : map.list(call)) {
                    if (read(place + ".batch", item) instanceof Operation.Change change) {
                        changes.add(change);
                    } else {
                        throw new IllegalArgumentException(place + ": a batch holds changes only");
                    }
                }
                yield new Operation.Batch(changes);
            }
            default -> throw new IllegalArgumentException(place + ": unknown call " + call);
        };
    }

    /** A YAML resource beside a class, which must be a list of maps. */
    public static List<YamlMap> cases(Class<?> beside, String name) {
        Object document = load(beside, name);
        if (!(document instanceof List<?> list)) {
            throw new IllegalArgumentException(name + ": must be a list");
        }
        List<YamlMap> cases = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            cases.add(YamlMap.of(name + "[" + i + "]", list.get(i)));
        }
        return cases;
    }

    /** A YAML resource beside a class. */
    public static Object load(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource " + name + " beside " + beside.getName());
            }
            return new Load(LoadSettings.builder().setLabel(name).build()).loadFromInputStream(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Operation query(YamlMap map) {
        List<Operation.Filter> where = new ArrayList<>();
        for (Object item : map.list("where")) {
            if (item instanceof List<?> filter && filter.size() == 3) {
                where.add(new Operation.Filter(
                        String.valueOf(filter.get(0)), String.valueOf(filter.get(1)), filter.get(2)));
            } else {
                throw new IllegalArgumentException(map.place() + ": a filter is [field, operator, value]");
            }
        }
        List<Operation.Order> orderBy = new ArrayList<>();
        for (Object item : map.list("orderBy")) {
            if (item instanceof List<?> order && order.size() == 2) {
                orderBy.add(new Operation.Order(String.valueOf(order.get(0)), "desc".equals(order.get(1))));
            } else {
                throw new IllegalArgumentException(map.place() + ": an order is [field, asc or desc]");
            }
        }
        Operation.Query query = new Operation.Query(
                map.text("from"),
                map.flag("group"),
                where,
                orderBy,
                new ArrayList<>(map.list("startAt")),
                map.texts("select"),
                map.number("limit", 0),
                map.number("offset", 0));
        map.done();
        return query;
    }

    private static Map<String, @Nullable Object> data(YamlMap map) {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        map.map("data").raw().forEach((key, value) -> data.put(String.valueOf(key), value));
        return data;
    }
}
