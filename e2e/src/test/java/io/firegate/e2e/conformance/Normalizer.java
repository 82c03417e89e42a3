package io.firegate.e2e.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;

/** Replaces what two equal runs may differ in: their database, times, tokens and ids made on the way. Immutable. */
final class Normalizer {
    private static final Set<String> TIMES =
            Set.of("createTime", "updateTime", "readTime", "commitTime", "executionTime");
    private static final Set<String> TOKENS = Set.of("transaction", "nextPageToken", "streamId", "streamToken");

    /** The ids that clients, emulator and firegate make are letters and digits. */
    private static final Pattern MADE_ID = Pattern.compile("(?<=/)[A-Za-z0-9]{20}(?=[/\"]|$)");

    /** The emulator says how far apart two versions of a document are. */
    private static final Pattern VERSION = Pattern.compile("(?<=version \\()\\d+(?=\\))");

    /** A time this near was made by the server. */
    private static final Duration NOW = Duration.ofHours(1);

    private final String project;
    private final String database;

    Normalizer(String project, String database) {
        this.project = project;
        this.database = database;
    }

    Answer apply(Answer answer) {
        return new Answer(
                answer.status(),
                answer.httpStatus(),
                answer.messages().stream().map(this::apply).toList(),
                apply(answer.text()),
                answer.domain(),
                answer.reason());
    }

    JsonElement apply(JsonElement json) {
        return switch (json) {
            case JsonObject object -> {
                JsonObject normal = new JsonObject();
                object.entrySet().forEach(entry -> normal.add(entry.getKey(), apply(entry.getKey(), entry.getValue())));
                if (normal.has("result")) {
                    // Of an aggregation: the emulator's own field, in no published message. firegate's JSON has
                    // published fields only.
                    normal.remove("done");
                }
                yield normal;
            }
            case JsonArray array -> {
                JsonArray normal = new JsonArray();
                array.forEach(item -> normal.add(apply(item)));
                yield normal;
            }
            case JsonPrimitive primitive when primitive.isString() -> new JsonPrimitive(apply(primitive.getAsString()));
            default -> json;
        };
    }

    private JsonElement apply(String key, JsonElement value) {
        if (!(value instanceof JsonPrimitive primitive && primitive.isString())) {
            return apply(value);
        }
        if (TIMES.contains(key)) {
            return new JsonPrimitive("<time>");
        }
        if (TOKENS.contains(key) && !primitive.getAsString().isEmpty()) {
            return new JsonPrimitive("<token>");
        }
        if (key.equals("timestampValue")) {
            Duration age = Duration.between(Instant.parse(primitive.getAsString()), Instant.now());
            return age.abs().compareTo(NOW) < 0 ? new JsonPrimitive("<now>") : primitive;
        }
        return apply(value);
    }

    private String apply(String text) {
        String made = MADE_ID.matcher(text.replace(project, "P").replace(database, "D"))
                .replaceAll("<id>");
        return VERSION.matcher(made).replaceAll("<version>");
    }
}
