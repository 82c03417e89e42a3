package io.firegate.policy.indexes;

import io.firegate.policy.schema.JsonSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a file of query shapes looks like, for editors: the keys {@link QueryShapeReader} reads. It alone says what is right. */
public final class QueryShapeSchema {
    private QueryShapeSchema() {}

    /** The schema. */
    public static JsonSchema schema() {
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("version", JsonSchema.value("integer", "1"));
        keys.put("queries", JsonSchema.list("What programs ask", 0, query()));
        return JsonSchema.keys("Shapes of queries, without values", List.of("version", "queries"), keys);
    }

    private static JsonSchema query() {
        JsonSchema comparison =
                JsonSchema.text("A field and one of " + String.join(", ", QueryShapeReader.words()) + ": ward ==");
        Map<String, JsonSchema> parts = new LinkedHashMap<>();
        parts.put("any", JsonSchema.list("One of these", 1, JsonSchema.anything("A filter")));
        parts.put("all", JsonSchema.list("All of these", 1, JsonSchema.anything("A filter")));
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("name", JsonSchema.text("What it is for"));
        keys.put("list", JsonSchema.text("The collection: /patients"));
        keys.put("group", JsonSchema.text("In its place the collection group: /**/vitals"));
        keys.put(
                "where",
                JsonSchema.list(
                        "The filters, all of which hold",
                        0,
                        JsonSchema.either("A filter", comparison, JsonSchema.keys("Several", List.of(), parts))));
        keys.put("orderBy", JsonSchema.list("The orders", 0, JsonSchema.text("A field, asc or desc behind it")));
        keys.put("sum", JsonSchema.list("Fields that are added up or averaged", 0, JsonSchema.text("A field")));
        return JsonSchema.keys("One query", List.of("name"), keys);
    }
}
