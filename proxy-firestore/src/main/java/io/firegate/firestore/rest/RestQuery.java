package io.firegate.firestore.rest;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The query string of a request: Google's system parameters, of which few are harmless, and fields of the request. */
final class RestQuery {
    private static final Set<String> ALT = Set.of("json", "json;enum-encoding=int");
    private static final Set<String> BOOLEANS = Set.of("true", "false");
    private static final Set<String> ERROR_FORMATS = Set.of("1", "2");

    private final JsonSchema schema;
    private final RestBinding.Body body;
    private final Set<String> pathFields;
    private final QueryFields fields;
    private final Set<String> seen = new HashSet<>();
    private boolean pretty = true;

    /**
     * @param schema the request's
     * @param pathFields the request fields the path fills, by their names in the proto
     */
    RestQuery(JsonSchema schema, RestBinding.Body body, Set<String> pathFields) {
        this.schema = schema;
        this.body = body;
        this.pathFields = pathFields;
        this.fields = new QueryFields(schema);
    }

    boolean pretty() {
        return pretty;
    }

    QueryFields fields() {
        return fields;
    }

    /** Reads what stands behind the question mark. The place of a problem is the parameter's name. */
    void read(String query) throws Refusal {
        for (String piece : query.split("&", -1)) {
            if (!piece.isEmpty()) {
                int equals = piece.indexOf('=');
                String name = UrlText.parameter(equals < 0 ? piece : piece.substring(0, equals));
                try {
                    parameter(name, UrlText.parameter(equals < 0 ? "" : piece.substring(equals + 1)));
                } catch (Refusal e) {
                    throw new Refusal(e.problem(), Refusal.shown(name));
                }
            }
        }
    }

    private void parameter(String name, String value) throws Refusal {
        switch (name) {
            case "alt", "$alt" -> system("alt", ALT.contains(value), RestProblem.ALT);
            case "prettyPrint", "$prettyPrint" -> {
                system("prettyPrint", BOOLEANS.contains(value), RestProblem.SYSTEM_PARAMETER_VALUE);
                pretty = value.equals("true");
            }
            // Which of two error formats; both are the one Google's JSON errors have had since.
            case "$.xgafv" -> system(name, ERROR_FORMATS.contains(value), RestProblem.SYSTEM_PARAMETER_VALUE);
            // A project's API key and a quota bucket of the caller's: firegate calls under its own credential.
            case "key", "quotaUser" -> system(name, true, RestProblem.SYSTEM_PARAMETER_VALUE);
            case "fields", "$fields" -> throw new Refusal(RestProblem.FIELDS);
            case "access_token", "oauth_token" -> throw new Refusal(RestProblem.TOKEN_PARAMETER);
            case "callback", "$callback", "$httpMethod" -> throw new Refusal(RestProblem.TUNNEL);
            default -> field(List.of(name.split("\\.", -1)), value);
        }
    }

    private void system(String canonical, boolean valid, RestProblem problem) throws Refusal {
        if (!valid) {
            throw new Refusal(problem);
        }
        if (!seen.add(canonical)) {
            throw new Refusal(RestProblem.REPEATED_PARAMETER);
        }
    }

    private void field(List<String> names, String value) throws Refusal {
        JsonSchema.Field field = schema.field(names.get(0));
        if (field == null) {
            throw new Refusal(RestProblem.UNKNOWN_PARAMETER);
        }
        if (pathFields.contains(field.name)) {
            throw new Refusal(RestProblem.PARAMETER_IN_PATH);
        }
        if (body == RestBinding.Body.WHOLE || field.name.equals(body.annotation())) {
            throw new Refusal(RestProblem.PARAMETER_IN_BODY);
        }
        fields.add(names, 0, value);
    }
}
