package io.firegate.config;

import io.firegate.policy.schema.JsonSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What gateway.yaml looks like, for editors: made from {@link GatewayKeys}. */
public final class GatewaySchema {
    private GatewaySchema() {}

    /** The schema of gateway.yaml. */
    public static JsonSchema schema() {
        return section("The gateway's configuration", GatewayKeys.ROOT);
    }

    private static JsonSchema section(String description, Shape.Section section) {
        Map<String, JsonSchema> keys = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (Setting setting : section.settings()) {
            keys.put(setting.key(), of(describe(setting), setting.shape()));
            if (isRequired(setting)) {
                required.add(setting.key());
            }
        }
        return JsonSchema.keys(description, required, keys);
    }

    private static boolean isRequired(Setting setting) {
        return setting.presence() instanceof Setting.Presence.Required
                || (setting.presence() instanceof Setting.Presence.Section
                        && setting.shape() instanceof Shape.Section(var settings)
                        && settings.stream().anyMatch(GatewaySchema::isRequired));
    }

    private static String describe(Setting setting) {
        return switch (setting.presence()) {
            case Setting.Presence.Default(var yaml) -> setting.description() + ". Default: " + yaml;
            case Setting.Presence.Absent(var meaning) -> setting.description() + ". Absent: " + meaning;
            case Setting.Presence.Required required -> setting.description();
            case Setting.Presence.Section section -> setting.description();
        };
    }

    private static JsonSchema of(String description, Shape shape) {
        return switch (shape) {
            case Shape.Scalar(var type) -> scalar(description, type);
            case Shape.Section section -> section(description, section);
            case Shape.ListOf(var item, var min) -> JsonSchema.list(description, min, of("one of them", item));
            case Shape.MapOf(var value) -> JsonSchema.names(description, section("by its name", value));
            case Shape.NotYet(var instead) -> JsonSchema.refused(instead);
        };
    }

    private static JsonSchema scalar(String description, ScalarType type) {
        String whole = description + " (" + type.described() + ")";
        return switch (type.form()) {
            case BOOLEAN -> JsonSchema.value("boolean", description);
            case INTEGER -> JsonSchema.value("integer", whole);
            case STRING -> {
                List<String> words = List.of(type.described().split(", ", -1));
                boolean closed = words.size() > 1
                        && words.stream().allMatch(word -> type.read(word) instanceof ScalarType.Reading.Good);
                yield closed ? JsonSchema.words(description, words) : JsonSchema.text(whole);
            }
        };
    }
}
