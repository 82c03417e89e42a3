package io.firegate.firestore.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Request fields given as query parameters: the part of one message they fill. Built once, by one thread; then only read. */
final class QueryFields {
    private final JsonSchema schema;
    private final Map<Integer, Entry> entries = new TreeMap<>();
    private long set;

    /** What stands in one field. */
    private sealed interface Entry {
        /** @param name the name the caller used; another name for the same field is a repetition */
        record Values(String name, List<String> texts) implements Entry {}

        record Message(String name, QueryFields fields) implements Entry {}
    }

    QueryFields(JsonSchema schema) {
        this.schema = schema;
    }

    /**
     * Adds one parameter.
     *
     * @param names its name, cut at the dots
     * @param at which of the names is a field of this message
     */
    void add(List<String> names, int at, String value) throws Refusal {
        String name = names.get(at);
        JsonSchema.Field field = schema.field(name);
        if (field == null || field.kind == JsonSchema.Kind.MAP) {
            throw new Refusal(RestProblem.UNKNOWN_PARAMETER);
        }
        boolean message =
                field.kind == JsonSchema.Kind.MESSAGE && field.message().form() == JsonSchema.Form.OBJECT;
        boolean last = at + 1 == names.size();
        if (message == last || (message && field.repeated)) {
            throw new Refusal(RestProblem.UNKNOWN_PARAMETER);
        }
        Entry entry = entries.get(field.number);
        if (entry == null) {
            if ((set & field.conflicts) != 0) {
                throw new Refusal(RestProblem.SEVERAL_OF_ONE);
            }
            set |= 1L << field.number;
            entry = message
                    ? new Entry.Message(name, new QueryFields(field.message()))
                    : new Entry.Values(name, new ArrayList<>());
            entries.put(field.number, entry);
        } else if (!field.repeated && !message) {
            throw new Refusal(RestProblem.REPEATED_PARAMETER);
        }
        switch (entry) {
            case Entry.Message(String used, QueryFields fields) -> {
                sameName(used, name);
                fields.add(names, at + 1, value);
            }
            case Entry.Values(String used, List<String> texts) -> {
                sameName(used, name);
                // Writing it once shows now, with the parameter's name at hand, what is wrong with it.
                Scalars.write(new ProtoBytes(0), field, value, true);
                texts.add(value);
            }
        }
    }

    private static void sameName(String used, String name) throws Refusal {
        if (!used.equals(name)) {
            throw new Refusal(RestProblem.REPEATED_PARAMETER);
        }
    }

    /** Writes them as fields of a message. */
    void write(ProtoBytes out, ProtoBytes.Fields fields) throws Refusal {
        for (Map.Entry<Integer, Entry> each : entries.entrySet()) {
            JsonSchema.Field field = schema.required(each.getKey());
            fields.begin(field.number);
            switch (each.getValue()) {
                case Entry.Message message -> {
                    out.tag(field.tag());
                    int start = out.open();
                    ProtoBytes.Fields inner = out.fields();
                    message.fields().write(out, inner);
                    inner.end();
                    out.close(start);
                }
                case Entry.Values values -> {
                    for (String text : values.texts()) {
                        Scalars.write(out, field, text, field.repeated);
                    }
                }
            }
        }
    }
}
