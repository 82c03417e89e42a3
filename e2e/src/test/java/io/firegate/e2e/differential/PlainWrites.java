package io.firegate.e2e.differential;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentTransform;
import com.google.firestore.v1.Precondition;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.firestore.v1.WriteResult;
import io.firegate.e2e.PlainFirestore;
import io.firegate.e2e.differential.PlainPolicy.Op;
import io.firegate.e2e.differential.PlainPolicy.Person;
import io.firegate.e2e.differential.PlainPolicy.Rule;
import io.firegate.e2e.differential.PlainPolicy.Verdict;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What writes come to under a policy: one after the other on a copy of what is stored, which the emulator applies each of them to. */
final class PlainWrites {
    private final PlainPolicy policy;
    private final Person person;
    private final PlainFirestore scratch;

    /** What came of the writes of a request, if all of them may be done, and of the one it failed at. */
    record Outcome(List<Code> codes, List<Written> written, Map<String, Stored> after) {
        boolean ok() {
            return codes.contains(Code.OK);
        }
    }

    /** A document as it is stored; without a time when the request itself has written it. */
    record Stored(Map<String, Value> fields, Optional<Document> document) {}

    /**
     * One write that was done.
     *
     * @param shown whether its results may be told: no one may when not even the document may be got
     */
    record Written(String path, List<Value> results, Shown shown) {}

    /** How much of a document its writer may get. */
    enum Shown {
        NOTHING,
        PART,
        ALL
    }

    /** A write ended here, with one of these codes. */
    private static final class Ended extends Exception {
        private static final long serialVersionUID = 1;

        private final transient List<Code> codes;

        Ended(Code... codes) {
            super(null, null, false, false);
            this.codes = List.of(codes);
        }
    }

    PlainWrites(PlainPolicy policy, Person person, PlainFirestore scratch) {
        this.policy = policy;
        this.person = person;
        this.scratch = scratch;
    }

    static String path(Write write) {
        String name = write.hasUpdate()
                ? write.getUpdate().getName()
                : write.hasTransform() ? write.getTransform().getDocument() : write.getDelete();
        return name.substring(name.indexOf("/documents/") + "/documents/".length());
    }

    /** All or nothing, in order; what can be said without looking at what is stored comes first. */
    Outcome all(List<Write> writes, Map<String, Document> before) {
        Map<String, Stored> state = new TreeMap<>();
        before.forEach((path, document) -> state.put(path, new Stored(document.getFieldsMap(), Optional.of(document))));
        List<Written> written = new ArrayList<>();
        // Of several writes that fail, any may be the one that is told.
        List<Code> codes = new ArrayList<>();
        try {
            for (Write write : writes) {
                judgeUnseen(write);
            }
        } catch (Ended e) {
            return new Outcome(e.codes, List.of(), Map.of());
        }
        for (Write write : writes) {
            try {
                written.add(one(write, state));
            } catch (Ended e) {
                codes.addAll(e.codes);
            } catch (StatusRuntimeException e) {
                codes.add(e.getStatus().getCode());
            }
        }
        if (codes.isEmpty()) {
            return new Outcome(List.of(Code.OK), written, state);
        }
        if (writes.stream().map(PlainWrites::path).distinct().count() < writes.size()) {
            // The emulator does not take every two preconditions on one document.
            codes.add(Code.INVALID_ARGUMENT);
        }
        return new Outcome(codes, List.of(), Map.of());
    }

    private Optional<Rule> rule(Op op, String path) {
        return policy.document(person, op, List.of(path.split("/"))) instanceof Verdict.Permitted permitted
                ? Optional.of(permitted.rule())
                : Optional.empty();
    }

    /** Whether a get of a document is granted, and hides one of these fields. */
    boolean hides(String path, List<String> named) {
        return rule(Op.GET, path)
                .filter(rule -> named.stream().map(PlainWrites::parse).anyMatch(rule.fields()::hidden))
                .isPresent();
    }

    private boolean holds(Op op, String path, Optional<Map<String, Value>> fields) {
        return holds(op, path, List.of(fields));
    }

    private boolean holds(Op op, String path, List<Optional<Map<String, Value>>> images) {
        List<String> segments = List.of(path.split("/"));
        return policy.document(person, op, segments) instanceof Verdict.Permitted(var tier, var rule)
                && policy.holds(person, tier, rule, segments, images);
    }

    private static List<Op> ops(Write write) {
        if (!write.getDelete().isEmpty()) {
            return List.of(Op.DELETE);
        }
        return switch (write.getCurrentDocument().getConditionTypeCase()) {
            case EXISTS -> write.getCurrentDocument().getExists() ? List.of(Op.UPDATE) : List.of(Op.CREATE);
            case UPDATE_TIME -> List.of(Op.UPDATE);
            default -> List.of(Op.CREATE, Op.UPDATE);
        };
    }

    private void judgeUnseen(Write write) throws Ended {
        List<Rule> rules = ops(write).stream()
                .map(op -> rule(op, path(write)))
                .flatMap(Optional::stream)
                .toList();
        if (rules.stream().allMatch(rule -> namesHidden(write, rule.fields()))) {
            throw new Ended(Code.PERMISSION_DENIED);
        }
    }

    private Written one(Write write, Map<String, Stored> state) throws Ended {
        String path = path(write);
        Optional<Stored> stored = Optional.ofNullable(state.get(path));
        if (!write.getDelete().isEmpty()) {
            delete(write, path, stored);
            state.remove(path);
            return new Written(path, List.of(), Shown.ALL);
        }
        Op op = ops(write).size() == 2
                ? (stored.isPresent() ? Op.UPDATE : Op.CREATE)
                : ops(write).get(0);
        if (op == Op.CREATE && stored.isPresent()) {
            // What would be created is known without a look at what is there, and may be refused for what it is.
            boolean fit = holds(op, path, Optional.of(apply(write, Optional.empty(), new ArrayList<>())));
            throw fit ? new Ended(Code.ALREADY_EXISTS) : new Ended(Code.ALREADY_EXISTS, Code.PERMISSION_DENIED);
        }
        Rule rule = rule(op, path).orElseThrow(() -> new Ended(Code.PERMISSION_DENIED));
        if (op == Op.UPDATE) {
            boolean seen = stored.isPresent() && holds(op, path, stored.map(Stored::fields));
            if (!seen && write.getCurrentDocument().hasUpdateTime()) {
                throw new Ended(Code.NOT_FOUND, Code.FAILED_PRECONDITION);
            }
            if (!seen) {
                throw new Ended(write.hasCurrentDocument() ? Code.NOT_FOUND : Code.PERMISSION_DENIED);
            }
            checkTime(write.getCurrentDocument(), stored);
        }
        if (namesHidden(write, rule.fields())) {
            throw new Ended(Code.PERMISSION_DENIED);
        }
        List<Value> results = new ArrayList<>();
        Map<String, Value> fields = apply(write, stored, results);
        if (stored.isPresent()) {
            fields = kept(write, rule.fields(), stored.get().fields(), fields);
        }
        Optional<Map<String, Value>> after = Optional.of(fields);
        if (!holds(op, path, op == Op.UPDATE ? List.of(stored.map(Stored::fields), after) : List.of(after))) {
            throw new Ended(Code.PERMISSION_DENIED);
        }
        state.put(path, new Stored(fields, Optional.empty()));
        return new Written(path, results, shown(path, fields));
    }

    /** Whether it depends on the document whether it may be got. */
    boolean conditional(String path) {
        return rule(Op.GET, path).flatMap(Rule::where).isPresent();
    }

    Shown shown(String path, Map<String, Value> fields) {
        Optional<Rule> get = rule(Op.GET, path);
        if (get.isEmpty() || !holds(Op.GET, path, Optional.of(fields))) {
            return Shown.NOTHING;
        }
        return get.get().limited() ? Shown.PART : Shown.ALL;
    }

    private static void checkTime(Precondition precondition, Optional<Stored> stored) throws Ended {
        if (precondition.hasUpdateTime()
                && !stored.flatMap(Stored::document)
                        .map(Document::getUpdateTime)
                        .equals(Optional.of(precondition.getUpdateTime()))) {
            throw new Ended(Code.FAILED_PRECONDITION);
        }
    }

    private void delete(Write write, String path, Optional<Stored> stored) throws Ended {
        boolean anyway = holds(Op.DELETE, path, Optional.empty());
        boolean seen = stored.isPresent() && holds(Op.DELETE, path, stored.map(Stored::fields));
        switch (write.getCurrentDocument().getConditionTypeCase()) {
            case EXISTS -> {
                if (!write.getCurrentDocument().getExists()) {
                    if (stored.isPresent()) {
                        throw new Ended(Code.ALREADY_EXISTS);
                    }
                } else if (!seen) {
                    throw new Ended(Code.NOT_FOUND);
                }
            }
            case UPDATE_TIME -> {
                if (!seen) {
                    throw new Ended(Code.NOT_FOUND, Code.FAILED_PRECONDITION);
                }
                checkTime(write.getCurrentDocument(), stored);
            }
            default -> {
                if (!seen && !anyway) {
                    throw new Ended(Code.PERMISSION_DENIED);
                }
            }
        }
    }

    /** What the emulator makes of it, whatever may be hidden. */
    private Map<String, Value> apply(Write write, Optional<Stored> stored, List<Value> results) {
        String name = scratch.name("s/" + java.util.UUID.randomUUID());
        List<Write> writes = new ArrayList<>();
        stored.ifPresent(each -> writes.add(Write.newBuilder()
                .setUpdate(Document.newBuilder().setName(name).putAllFields(each.fields()))
                .build()));
        Write.Builder same = write.toBuilder().clearCurrentDocument();
        if (same.hasUpdate()) {
            same.getUpdateBuilder().setName(name);
        } else {
            same.getTransformBuilder().setDocument(name);
        }
        writes.add(same.build());
        List<WriteResult> answered =
                scratch.commit(writes.toArray(new Write[0])).getWriteResultsList();
        results.addAll(answered.get(answered.size() - 1).getTransformResultsList());
        return scratch.get(name.substring(scratch.root().length() + 1))
                .orElseThrow()
                .getFieldsMap();
    }

    private static List<List<String>> mask(Write write) {
        return write.getUpdateMask().getFieldPathsList().stream()
                .map(PlainWrites::parse)
                .toList();
    }

    /** Of the paths that are drawn. */
    static List<String> parse(String path) {
        return path.startsWith("`") ? List.of(path.replace("`", "")) : List.of(path.split("\\."));
    }

    private static List<List<String>> transformed(Write write) {
        List<DocumentTransform.FieldTransform> transforms = new ArrayList<>(write.getUpdateTransformsList());
        transforms.addAll(write.getTransform().getFieldTransformsList());
        return transforms.stream().map(each -> parse(each.getFieldPath())).toList();
    }

    /** The leaves of what a client sends, of those its mask does not leave aside. */
    private static List<List<String>> sent(Write write) {
        List<List<String>> leaves = new ArrayList<>();
        PlainFields.leaves(List.of(), write.getUpdate().getFieldsMap(), leaves);
        if (write.hasUpdateMask()) {
            leaves.removeIf(leaf -> mask(write).stream().noneMatch(path -> PlainFields.under(leaf, path)));
        }
        return leaves;
    }

    private static boolean namesHidden(Write write, PlainFields fields) {
        if (mask(write).stream().anyMatch(fields::hidden)
                || transformed(write).stream().anyMatch(fields::touchesHidden)) {
            return true;
        }
        return sent(write).stream()
                .anyMatch(leaf -> fields.hidden(leaf)
                        || (fields.touchesHidden(leaf)
                                && !PlainFields.at(write.getUpdate().getFieldsMap(), leaf)
                                        .orElseThrow()
                                        .hasMapValue()));
    }

    /** With what a write may not take away put back, or refused when it names what it may not change. */
    private static Map<String, Value> kept(
            Write write, PlainFields rule, Map<String, Value> stored, Map<String, Value> written) throws Ended {
        Map<String, Value> fields = PlainFields.restore(written, rule.invisible(stored));
        for (List<String> path : rule.readonly()) {
            Optional<Value> was = PlainFields.at(stored, path);
            if (transformed(write).stream()
                    .anyMatch(each -> PlainFields.under(each, path) || PlainFields.under(path, each))) {
                throw new Ended(Code.PERMISSION_DENIED);
            }
            boolean named = mask(write).stream().anyMatch(each -> PlainFields.under(each, path))
                    || sent(write).stream()
                            .anyMatch(leaf -> PlainFields.under(leaf, path)
                                    || (PlainFields.under(path, leaf)
                                            && !PlainFields.at(write.getUpdate().getFieldsMap(), leaf)
                                                    .orElseThrow()
                                                    .hasMapValue()));
            if (named && !PlainFields.at(fields, path).map(PlainFields::plain).equals(was.map(PlainFields::plain))) {
                throw new Ended(Code.PERMISSION_DENIED);
            }
            if (was.isPresent() && PlainFields.at(fields, path).isPresent()) {
                fields = PlainFields.with(fields, path, was.get());
            } else if (was.isPresent()) {
                Value value = was.get();
                for (int i = path.size() - 1; i > 0; i--) {
                    value = PlainFields.map(Map.of(path.get(i), value));
                }
                fields = PlainFields.restore(fields, Map.of(path.get(0), value));
            }
        }
        return fields;
    }
}
