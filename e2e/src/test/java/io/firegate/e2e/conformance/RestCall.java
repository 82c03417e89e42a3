package io.firegate.e2e.conformance;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The HTTP request that stands for an RPC, by the {@code google.api.http} annotations of the published descriptors.
 *
 * @param body empty for none
 */
record RestCall(String method, String path, String body) {
    private static final Pattern TEMPLATE_PART = Pattern.compile("\\{([\\w.]+)(?:=([^}]+))?}");

    /** The first binding whose path takes the message; empty when none does. */
    static Optional<RestCall> of(String rpc, JsonObject message) {
        HttpRule rule = FirestoreService.method(rpc).getOptions().getExtension(AnnotationsProto.http);
        return Stream.concat(Stream.of(rule), rule.getAdditionalBindingsList().stream())
                .map(each -> bind(each, message))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<RestCall> bind(HttpRule rule, JsonObject message) {
        String method = rule.getPatternCase().name();
        String template = switch (rule.getPatternCase()) {
            case GET -> rule.getGet();
            case POST -> rule.getPost();
            case PATCH -> rule.getPatch();
            case DELETE -> rule.getDelete();
            default -> throw new IllegalArgumentException(rule.toString());
        };
        JsonObject rest = message.deepCopy();
        StringBuilder path = new StringBuilder();
        Matcher part = TEMPLATE_PART.matcher(template);
        int from = 0;
        while (part.find()) {
            Optional<String> value = take(rest, part.group(1));
            String pattern = part.group(2) == null ? "*" : part.group(2);
            if (value.isEmpty() || !matches(pattern, value.get())) {
                return Optional.empty();
            }
            path.append(template, from, part.start()).append(encode(value.get()));
            from = part.end();
        }
        path.append(template, from, template.length());
        String body = switch (rule.getBody()) {
            case "" -> "";
            case "*" -> rest.toString();
            default -> {
                JsonElement only = rest.remove(rule.getBody());
                yield only == null ? "{}" : only.toString();
            }
        };
        if (!rule.getBody().equals("*")) {
            List<String> query = new ArrayList<>();
            rest.entrySet().forEach(entry -> flatten(entry.getKey(), entry.getValue(), query));
            if (!query.isEmpty()) {
                path.append('?').append(String.join("&", query));
            }
        }
        return Optional.of(new RestCall(method, path.toString(), body));
    }

    /** Removes a path-bound field; a message left empty by that stays, being present. */
    private static Optional<String> take(JsonObject message, String field) {
        JsonObject at = message;
        String[] names = field.split("\\.", -1);
        for (int i = 0; i < names.length - 1; i++) {
            if (!at.has(camel(names[i]))) {
                return Optional.empty();
            }
            at = at.getAsJsonObject(camel(names[i]));
        }
        JsonElement value = at.remove(camel(names[names.length - 1]));
        return value == null ? Optional.empty() : Optional.of(value.getAsString());
    }

    private static boolean matches(String pattern, String value) {
        String regex = pattern.replace("/**", "\u0000").replace("*", "[^/]+").replace("\u0000", "(/.+)?");
        return value.matches(regex);
    }

    private static String encode(String value) {
        return Stream.of(value.split("/", -1))
                .map(segment -> URLEncoder.encode(segment, StandardCharsets.UTF_8)
                        .replace("+", "%20")
                        .replace("%28", "(")
                        .replace("%29", ")"))
                .collect(Collectors.joining("/"));
    }

    private static void flatten(String name, JsonElement value, List<String> query) {
        switch (value) {
            case JsonObject object -> {
                for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                    flatten(name + "." + entry.getKey(), entry.getValue(), query);
                }
            }
            case JsonArray array -> array.forEach(item -> flatten(name, item, query));
            default -> query.add(name + "=" + encode(value.getAsString()).replace("/", "%2F"));
        }
    }

    private static String camel(String field) {
        return Pattern.compile("_(\\w)")
                .matcher(field)
                .replaceAll(match -> match.group(1).toUpperCase(java.util.Locale.ROOT));
    }
}
