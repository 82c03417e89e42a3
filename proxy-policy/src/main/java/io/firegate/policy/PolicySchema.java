package io.firegate.policy;

import io.firegate.policy.schema.JsonSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a policy file looks like, for editors: the keys {@link PolicyCompiler} reads. It alone says what is right. */
public final class PolicySchema {
    private static final String GUID = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";
    private static final String NAME = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

    private PolicySchema() {}

    /** The schema of a policy file. */
    public static JsonSchema schema() {
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("version", JsonSchema.value("integer", "1"));
        keys.put("tiers", JsonSchema.names("Levels of access. The order is the rank: the widest first", tier()));
        keys.put("bindings", JsonSchema.list("Who gets a tier", 0, binding()));
        keys.put("deny", deny());
        return JsonSchema.keys("Who may do what", List.of("version"), keys);
    }

    private static JsonSchema tier() {
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("description", JsonSchema.text("For people"));
        keys.put(
                "databases",
                JsonSchema.list("project/database", 1, JsonSchema.text("my-project/(default)", "^[^/]+/[^/]+$")));
        keys.put("credential", JsonSchema.text("An entry of `credentials` in gateway.yaml"));
        keys.put("rules", JsonSchema.list("What it permits", 1, rule()));
        return JsonSchema.keys("A named level of access", List.of("databases", "credential", "rules"), keys);
    }

    private static JsonSchema rule() {
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("id", JsonSchema.text("Unique in its tier; stands in the record and in denials", NAME));
        keys.put("path", JsonSchema.text("Which documents: /patients/{patient}/{rest=**}", "^/"));
        keys.put(
                "allow",
                JsonSchema.list(
                        "What it permits",
                        1,
                        JsonSchema.words("read: get, list; write: create, update, delete", RuleReader.allowWords())));
        keys.put("history", JsonSchema.value("boolean", "Permits reads at an explicit time"));
        keys.put("fields", fields());
        keys.put("where", JsonSchema.text("Which rows: doc.ward in grant.ward"));
        keys.put("check", JsonSchema.text("What a write must meet, in CEL: doc.by == caller.oid && doc.value >= 0"));
        return JsonSchema.keys("A path and what it allows", List.of("id", "path", "allow"), keys);
    }

    private static JsonSchema fields() {
        JsonSchema path = JsonSchema.text("A field: name, or a.b.`c d`");
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("hide", JsonSchema.list("Fields that do not exist for the caller; not beside show", 1, path));
        keys.put("show", JsonSchema.list("The only fields that exist for the caller", 1, path));
        keys.put("readonly", JsonSchema.list("Fields an update must leave as they are", 1, path));
        return JsonSchema.keys("Which fields", List.of(), keys);
    }

    private static JsonSchema binding() {
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("tier", JsonSchema.text("The tier it gives"));
        keys.put(
                "groups",
                JsonSchema.list("Object ids of Entra groups", 1, JsonSchema.text("A group's object id", GUID)));
        keys.put("roles", JsonSchema.list("App roles, by their value", 1, JsonSchema.text("An app role")));
        keys.put("apps", JsonSchema.list("Application (client) ids", 1, JsonSchema.text("A client id", GUID)));
        keys.put("principals", JsonSchema.list("Single people or service principals", 1, principal()));
        keys.put("until", JsonSchema.text("From then on it gives nothing: 2027-01-31T00:00:00Z"));
        keys.put("require", require());
        keys.put(
                "grant",
                JsonSchema.names(
                        "Values for conditions, by name: grant.NAME",
                        JsonSchema.anything("A value, a list of values, or claim.NAME")));
        return JsonSchema.keys("Who gets a tier: every key written must match", List.of("tier"), keys);
    }

    private static JsonSchema require() {
        JsonSchema hours = JsonSchema.text("Mon-Fri 06:00-20:00 Europe/Paris");
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("hours", JsonSchema.either("When", hours, JsonSchema.list("One of these", 1, hours)));
        keys.put("networks", JsonSchema.list("Where from", 1, JsonSchema.text("10.0.0.0/8 or 2001:db8::/32")));
        keys.put("authContext", JsonSchema.text("An authentication context of Conditional Access", "^c[1-9][0-9]?$"));
        keys.put("agents", JsonSchema.words("Admits AI agents", List.of("allow")));
        keys.put("guests", JsonSchema.words("Admits guests of the tenant", List.of("allow")));
        return JsonSchema.keys("What else must hold", List.of(), keys);
    }

    private static JsonSchema principal() {
        return JsonSchema.text("tenant/oid", GUID.replace("$", "/") + GUID.substring(1));
    }

    private static JsonSchema deny() {
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        keys.put("principals", JsonSchema.list("People and service principals", 0, principal()));
        keys.put("apps", JsonSchema.list("Client applications", 0, JsonSchema.text("A client id", GUID)));
        keys.put("tokens", JsonSchema.list("Single tokens", 0, JsonSchema.text("tenant/uti")));
        keys.put("paths", JsonSchema.list("Documents nobody reaches", 0, JsonSchema.text("A path", "^/")));
        return JsonSchema.keys("What is denied whatever a tier grants", List.of(), keys);
    }
}
