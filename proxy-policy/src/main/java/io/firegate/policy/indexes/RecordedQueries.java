package io.firegate.policy.indexes;

import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.ResourceText;
import io.firegate.policy.yaml.Position;
import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlSequence;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the shapes of queries out of a gateway's record, each once. What the record holds was chosen by whoever asked: nothing of it is
 * believed to be a line, a path or a field before it has been read as one, and names that could deceive whoever sees them are passed over.
 */
public final class RecordedQueries {
    /** Longest line read: twice the longest that is written. */
    public static final int LINE_BYTES_MAX = 256 * 1024;
    /** Most shapes kept, each of a few KiB. */
    private static final int SHAPES_MAX = 10_000;

    private static final String START = "{\"v\":1,\"kind\":\"";
    private static final String DECISION = START + "decision\"";
    private static final String QUERY = ",\"query\":{";

    /** Why something is not among the shapes. */
    private enum Passed {
        FOREIGN("lines that are none of the record, or not whole"),
        UNREADABLE("queries that name no field, path or comparison Firestore takes"),
        CUT("queries of which the record holds a part"),
        EVERY("queries over every collection"),
        NEAREST("searches for the nearest vectors"),
        ELSEWHERE("queries of another database"),
        MORE("queries beyond " + SHAPES_MAX + " shapes");

        final String words;

        Passed(String words) {
            this.words = words;
        }
    }

    private final String file;
    private final DatabaseName database;
    private final Map<QueryShape, QueryShape> shapes = new LinkedHashMap<>();
    private final Map<Passed, Integer> passed = new TreeMap<>();
    private int number;

    /**
     * Nothing read yet.
     *
     * @param file the record's name as the operator knows it
     * @param database whose queries are wanted
     */
    public RecordedQueries(String file, DatabaseName database) {
        this.file = file;
        this.database = database;
    }

    /** One shape for each of its kind, in the order they were asked first. */
    public List<QueryShape> shapes() {
        return List.copyOf(shapes.values());
    }

    /** What was passed over, and how often. */
    public List<String> passedOver() {
        List<String> words = new ArrayList<>();
        passed.forEach((what, times) -> words.add(file + ": passed over " + what.words + ": " + times));
        return words;
    }

    /**
     * Reads the next line.
     *
     * @param bytes without its newline; of a line longer than {@link #LINE_BYTES_MAX} so much that this shows
     */
    public void line(byte[] bytes) {
        number++;
        String line = new String(bytes, StandardCharsets.UTF_8);
        if (bytes.length > LINE_BYTES_MAX || !line.startsWith(START) || !line.endsWith("}")) {
            pass(Passed.FOREIGN);
            return;
        }
        if (line.startsWith(DECISION) && line.contains(QUERY)) {
            // A line is JSON, which is YAML; what is wrong with it nobody can mend.
            Problems problems = new Problems();
            YamlFile.parse(file, bytes, problems)
                    .ifPresentOrElse(decision -> decision(decision, problems), () -> pass(Passed.FOREIGN));
        }
    }

    private void decision(YamlMapping decision, Problems problems) {
        YamlNode query = decision.optional("query");
        String method = decision.optionalString("method");
        YamlMapping wanted = wanted(decision);
        if (!(query instanceof YamlMapping asked) || method == null || wanted == null) {
            pass(Passed.FOREIGN);
            return;
        }
        if (!database.toString().equals(decision.optionalString("database"))) {
            pass(Passed.ELSEWHERE);
        } else if (asked.optionalBoolean("cut", false) || wanted.optionalBoolean("cut", false)) {
            pass(Passed.CUT);
        } else if (asked.optionalString("nearest") != null) {
            pass(Passed.NEAREST);
        } else {
            Access access = access(wanted);
            String by = wanted.optionalString("tier") + "/" + wanted.optionalString("rule");
            String name = access == null ? null : method + " of " + access.resource();
            QueryShape shape = QueryShapeReader.read(asked, new Position(file, number, 1), name, access);
            if (shape == null || problems.hasErrors() || !isPlain(shape.toString())) {
                pass(Passed.UNREADABLE);
            } else if (QueryShape.isEvery(shape.access().resource())) {
                pass(Passed.EVERY);
            } else {
                add(shape, by);
            }
        }
    }

    /** What a query wants is the only access of its line. */
    private static @Nullable YamlMapping wanted(YamlMapping decision) {
        return decision.optional("accesses") instanceof YamlSequence accesses
                        && accesses.size() == 1
                        && accesses.iterator().next() instanceof YamlMapping access
                ? access
                : null;
    }

    private static @Nullable Access access(YamlMapping wanted) {
        String path = wanted.optionalString("path");
        String word = wanted.optionalString("op");
        Operation operation = "list".equals(word) ? Operation.LIST : "group".equals(word) ? Operation.GROUP : null;
        if (path == null || operation == null) {
            return null;
        }
        Optional<Resource> resource = ResourceText.read(operation, path);
        return resource.isEmpty() ? null : Access.of(operation, resource.get());
    }

    /** Keeps the first of those that differ in the ids of documents alone and were permitted by one rule. */
    private void add(QueryShape shape, String by) {
        Resource kind = switch (shape.access().resource()) {
            case Resource.Collection collection ->
                new Resource.Collection(kind(collection.parent()), collection.collectionId());
            case Resource.Group group -> new Resource.Group(kind(group.parent()), group.collectionId());
            case Resource.Document document -> document;
            case Resource.CollectionIds ids -> ids;
        };
        QueryShape like =
                shape.with(Position.whole(file), by, Access.of(shape.access().operation(), kind));
        if (shapes.size() < SHAPES_MAX || shapes.containsKey(like)) {
            shapes.putIfAbsent(like, shape);
        } else {
            pass(Passed.MORE);
        }
    }

    private static ResourcePath kind(ResourcePath parent) {
        List<String> segments = new ArrayList<>(parent.segments());
        for (int i = 1; i < segments.size(); i += 2) {
            segments.set(i, "");
        }
        return new ResourcePath(segments);
    }

    private void pass(Passed what) {
        passed.merge(what, 1, Integer::sum);
    }

    /** Whether a person sees all that is there, as it stands there. */
    private static boolean isPlain(String text) {
        return text.codePoints().allMatch(c -> switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        });
    }
}
