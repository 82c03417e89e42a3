package io.firegate.policy.suite;

import io.firegate.policy.DenyReason;
import io.firegate.policy.schema.JsonSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a suite looks like, for editors: the keys {@link SuiteReader} reads. It alone says what is right. */
public final class SuiteSchema {
    private SuiteSchema() {}

    /** The schema of a {@code *_test.yaml}. */
    public static JsonSchema schema() {
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("version", JsonSchema.value("integer", "1"));
        keys.put("now", JsonSchema.text("When every test happens: 2026-11-28T09:00:00Z"));
        keys.put("database", JsonSchema.text("Where: my-project/(default)", "^[^/]+/[^/]+$"));
        keys.put(
                "documents",
                JsonSchema.names("What is stored, by path", JsonSchema.value("object", "The document's fields")));
        keys.put("principals", JsonSchema.names("Who may act, by name", principal()));
        keys.put("tests", JsonSchema.list("What is shown", 1, test()));
        return JsonSchema.keys("Tests of the policy beside it", List.of("version", "now", "database", "tests"), keys);
    }

    private static JsonSchema principal() {
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("tenant", JsonSchema.text("The tenant's id"));
        keys.put("oid", JsonSchema.text("The object id"));
        keys.put("app", JsonSchema.text("The client application's id"));
        keys.put("kind", JsonSchema.words("A person, or an application acting for itself", List.of("user", "app")));
        keys.put("groups", JsonSchema.list("Object ids of groups", 0, JsonSchema.text("A GUID")));
        keys.put("roles", JsonSchema.list("App roles", 0, JsonSchema.text("A role")));
        keys.put("token", JsonSchema.text("The token's uti"));
        keys.put("claims", JsonSchema.names("Claims the policy may use", JsonSchema.anything("A value")));
        keys.put(
                "authContexts",
                JsonSchema.list("Authentication contexts the sign-in met", 0, JsonSchema.text("c1 to c99")));
        keys.put(
                "agent",
                JsonSchema.words(
                        "An AI agent acts: for itself, or its application for the person",
                        List.of("itself", "for-user")));
        keys.put("guest", JsonSchema.value("boolean", "A guest of the tenant"));
        return JsonSchema.keys("Facts of a token; what is left out is that of nobody", List.of(), keys);
    }

    private static JsonSchema test() {
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("name", JsonSchema.text("What it shows, unique in the file"));
        keys.put("as", JsonSchema.either("Who", JsonSchema.text("A name under principals"), principal()));
        keys.put("database", JsonSchema.text("In place of the suite's"));
        keys.put("now", JsonSchema.text("In place of the suite's"));
        keys.put("tier", JsonSchema.text("The tier named in x-firegate-tier"));
        keys.put("address", JsonSchema.text("The IP address it comes from"));
        keys.put("history", JsonSchema.value("boolean", "At an explicit read time"));
        keys.put("when", when());
        keys.put(
                "then",
                JsonSchema.either(
                        "What is to come of it", JsonSchema.words("Just that", List.of("permit", "deny")), then()));
        return JsonSchema.keys("One test", List.of("name", "as", "when", "then"), keys);
    }

    private static JsonSchema when() {
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        SuiteReader.ACTIONS.forEach((word, operation) -> keys.put(word, JsonSchema.text("A path")));
        keys.put("document", JsonSchema.value("object", "The fields that are written"));
        keys.put(
                "mask",
                JsonSchema.list("Which fields an update writes; all without it", 0, JsonSchema.text("A field")));
        return JsonSchema.keys("What is done: one of these", List.of(), keys);
    }

    private static JsonSchema then() {
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("decision", JsonSchema.words("The verdict", List.of("permit", "deny")));
        keys.put(
                "reason",
                JsonSchema.words(
                        "Of a denial",
                        Stream.of(DenyReason.values()).map(Enum::name).toList()));
        keys.put("tier", JsonSchema.text("The tier that decides"));
        keys.put("rule", JsonSchema.text("The rule that decides"));
        keys.put("credential", JsonSchema.text("What it is forwarded with"));
        keys.put(
                "visible",
                JsonSchema.list(
                        "Which given documents are answered",
                        0,
                        JsonSchema.text("A path, or an id of the collection")));
        keys.put("filter", JsonSchema.text("What is demanded of documents, in words"));
        keys.put("fields", JsonSchema.value("object", "What is seen of the document that is got"));
        return JsonSchema.keys("What is to come of it", List.of("decision"), keys);
    }
}
