package io.firegate.policy.schema;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON Schema (draft 7, which YAML editors read), or a part of one. Its keys keep their order, so it prints the same each time. */
public final class JsonSchema {
    private final Map<String, Object> members = new LinkedHashMap<>();

    private JsonSchema() {}

    private static JsonSchema described(String description) {
        JsonSchema schema = new JsonSchema();
        schema.members.put("description", description);
        return schema;
    }

    /** A single value: {@code string}, {@code boolean}, {@code integer} or {@code number}. */
    public static JsonSchema value(String type, String description) {
        JsonSchema schema = described(description);
        schema.members.put("type", type);
        return schema;
    }

    /** A string. */
    public static JsonSchema text(String description) {
        return value("string", description);
    }

    /** A string of a form. */
    public static JsonSchema text(String description, String pattern) {
        JsonSchema schema = text(description);
        schema.members.put("pattern", pattern);
        return schema;
    }

    /** One of some words. */
    public static JsonSchema words(String description, List<String> words) {
        JsonSchema schema = described(description);
        schema.members.put("enum", words);
        return schema;
    }

    /** A list. */
    public static JsonSchema list(String description, int min, JsonSchema items) {
        JsonSchema schema = value("array", description);
        schema.members.put("items", items);
        if (min > 0) {
            schema.members.put("minItems", min);
        }
        return schema;
    }

    /** Keys from a closed list. */
    public static JsonSchema keys(String description, List<String> required, Map<String, JsonSchema> properties) {
        JsonSchema schema = value("object", description);
        schema.members.put("properties", new LinkedHashMap<>(properties));
        if (!required.isEmpty()) {
            schema.members.put("required", required);
        }
        schema.members.put("additionalProperties", false);
        return schema;
    }

    /** Names of the writer's choice, each with the same behind it. */
    public static JsonSchema names(String description, JsonSchema each) {
        JsonSchema schema = value("object", description);
        schema.members.put("additionalProperties", each);
        return schema;
    }

    /** Anything. */
    public static JsonSchema anything(String description) {
        return described(description);
    }

    /** One of some forms. */
    public static JsonSchema either(String description, JsonSchema... forms) {
        JsonSchema schema = described(description);
        schema.members.put("anyOf", List.of(forms));
        return schema;
    }

    /** A key that is refused. */
    public static JsonSchema refused(String why) {
        JsonSchema schema = described(why);
        schema.members.put("not", new JsonSchema());
        return schema;
    }

    /** The names in {@code properties}; none where there are no fixed keys. */
    public List<String> propertyNames() {
        return members.get("properties") instanceof Map<?, ?> properties
                ? properties.keySet().stream().map(String::valueOf).toList()
                : List.of();
    }

    /** The part behind one of the fixed keys, its members' or its names' schema, step by step: {@code tiers/*}; of several forms the last. */
    public JsonSchema at(String path) {
        JsonSchema schema = this;
        for (String step : path.isEmpty() ? new String[0] : path.split("/", -1)) {
            Object next = step.equals("*")
                    ? schema.members.getOrDefault("items", schema.members.get("additionalProperties"))
                    : schema.members.get("properties") instanceof Map<?, ?> properties ? properties.get(step) : null;
            if (next instanceof JsonSchema part) {
                schema = part.members.get("anyOf") instanceof List<?> forms
                                && forms.get(forms.size() - 1) instanceof JsonSchema last
                        ? last
                        : part;
            } else {
                throw new IllegalArgumentException("no " + step + " in " + path);
            }
        }
        return schema;
    }

    /** The whole as a file, with a title. */
    public String render(String title) {
        JsonSchema root = new JsonSchema();
        root.members.put("$schema", "http://json-schema.org/draft-07/schema#");
        root.members.put("title", title);
        root.members.putAll(members);
        StringBuilder out = new StringBuilder();
        write(out, root, "");
        return out.append('\n').toString();
    }

    private static void write(StringBuilder out, Object value, String indent) {
        switch (value) {
            case JsonSchema schema -> writeMap(out, schema.members, indent);
            case Map<?, ?> map -> writeMap(out, map, indent);
            case List<?> list -> {
                boolean flat = list.stream().allMatch(String.class::isInstance);
                String inner = indent + "  ";
                out.append('[');
                for (int i = 0; i < list.size(); i++) {
                    out.append(i == 0 ? "" : ",").append(flat ? (i == 0 ? "" : " ") : "\n" + inner);
                    write(out, list.get(i), inner);
                }
                out.append(flat ? "" : "\n" + indent).append(']');
            }
            case String text -> writeText(out, text);
            default -> out.append(value);
        }
    }

    private static void writeMap(StringBuilder out, Map<?, ?> map, String indent) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        String inner = indent + "  ";
        String before = "{\n";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(before).append(inner);
            writeText(out, String.valueOf(entry.getKey()));
            out.append(": ");
            write(out, entry.getValue(), inner);
            before = ",\n";
        }
        out.append('\n').append(indent).append('}');
    }

    private static void writeText(StringBuilder out, String text) {
        out.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
    }
}
