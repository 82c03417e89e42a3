package io.firegate.policy.suite;

import io.firegate.policy.DatabaseName;
import io.firegate.policy.Operation;
import io.firegate.policy.ResourceText;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import io.firegate.policy.yaml.YamlSequence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stored values as YAML says them. What YAML has no word for is a mapping with one key: {@code {timestamp: 2027-01-31T00:00:00Z}},
 * {@code bytes} in base64, {@code reference} to a path, {@code geoPoint}, {@code vector}, {@code double} for whole, infinite and no
 * numbers, and {@code map} for a map that looks like one of these.
 */
public final class GivenValues {
    /** The keys that make a mapping a single value. */
    static final List<String> TYPES = List.of("timestamp", "bytes", "reference", "geoPoint", "vector", "double", "map");

    private final @Nullable DatabaseName database;

    /** Reads values; a reference leads into {@code database}, and without one is a problem. */
    public GivenValues(@Nullable DatabaseName database) {
        this.database = database;
    }

    /** The fields of a document: names with values. What cannot be read is reported and left out. */
    public PolicyValue.Fields fields(YamlMapping mapping) {
        Map<String, PolicyValue> fields = new LinkedHashMap<>();
        for (YamlMapping.Entry entry : mapping.entries()) {
            if (entry.name().isEmpty()) {
                entry.key().problem("a field without a name");
                continue;
            }
            PolicyValue value = value(entry.value());
            if (value != null) {
                fields.put(entry.name(), value);
            }
        }
        return new PolicyValue.Fields(fields);
    }

    /** One value; null after a problem. */
    @Nullable
    PolicyValue value(YamlNode node) {
        return switch (node) {
            case YamlScalar scalar -> scalar(scalar);
            case YamlSequence sequence -> {
                List<PolicyValue> elements = new ArrayList<>();
                for (YamlNode item : sequence) {
                    PolicyValue value = value(item);
                    if (value instanceof PolicyValue.Array) {
                        item.problem("an array directly in an array: Firestore cannot store that", "put a map between");
                    } else if (value != null) {
                        elements.add(value);
                    }
                }
                yield new PolicyValue.Array(elements);
            }
            case YamlMapping mapping -> {
                List<YamlMapping.Entry> entries = List.copyOf(mapping.entries());
                yield entries.size() == 1 && TYPES.contains(entries.get(0).name())
                        ? typed(entries.get(0))
                        : fields(mapping);
            }
        };
    }

    private static @Nullable PolicyValue scalar(YamlScalar scalar) {
        return switch (scalar.typed()) {
            case String text -> new PolicyValue.Text(text);
            case Boolean bool -> new PolicyValue.Bool(bool);
            case Long number -> new PolicyValue.Int(number);
            case Double number -> new PolicyValue.Real(number);
            case null, default -> {
                if (scalar.text().isEmpty() || scalar.text().equals("null")) {
                    yield PolicyValue.Null.NULL;
                }
                scalar.problem("`" + scalar.text() + "` is no number Firestore stores");
                yield null;
            }
        };
    }

    private @Nullable PolicyValue typed(YamlMapping.Entry entry) {
        YamlNode node = entry.value();
        return switch (entry.name()) {
            case "timestamp" -> {
                Instant instant = node.asInstant();
                yield instant == null ? null : new PolicyValue.Time(instant.getEpochSecond(), instant.getNano());
            }
            case "bytes" -> bytes(node);
            case "reference" -> reference(node);
            case "geoPoint" -> point(node);
            case "vector" -> vector(node);
            case "double" -> real(node);
            default -> {
                YamlMapping map = node.asMapping();
                yield map == null ? null : fields(map);
            }
        };
    }

    private static @Nullable PolicyValue bytes(YamlNode node) {
        String text = node.asString();
        try {
            return text == null
                    ? null
                    : new PolicyValue.Bytes(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException notBase64) {
            node.problem("`" + text + "` is not base64");
            return null;
        }
    }

    private @Nullable PolicyValue reference(YamlNode node) {
        String text = node.asString();
        if (text == null) {
            return null;
        }
        if (database == null || ResourceText.read(Operation.GET, text).isEmpty()) {
            node.problem("`" + text + "` is no reference", "write a document's path: /patients/p1");
            return null;
        }
        return new PolicyValue.Reference(database.resourceName() + "/documents" + text);
    }

    private static @Nullable PolicyValue point(YamlNode node) {
        YamlMapping point = node.asMapping();
        if (point == null) {
            return null;
        }
        YamlNode latitude = point.required("latitude");
        YamlNode longitude = point.required("longitude");
        point.noOtherKeys();
        Double north = latitude == null ? null : number(latitude);
        Double east = longitude == null ? null : number(longitude);
        return north == null || east == null ? null : new PolicyValue.Point(north, east);
    }

    private static @Nullable PolicyValue vector(YamlNode node) {
        YamlSequence sequence = node.asSequence();
        if (sequence == null) {
            return null;
        }
        List<Double> elements = new ArrayList<>();
        for (YamlNode item : sequence) {
            Double element = number(item);
            if (element != null) {
                elements.add(element);
            }
        }
        return new PolicyValue.Vector(elements);
    }

    private static @Nullable PolicyValue real(YamlNode node) {
        if (node instanceof YamlScalar scalar) {
            switch (scalar.text()) {
                case "NaN" -> {
                    return new PolicyValue.Real(Double.NaN);
                }
                case "Infinity" -> {
                    return new PolicyValue.Real(Double.POSITIVE_INFINITY);
                }
                case "-Infinity" -> {
                    return new PolicyValue.Real(Double.NEGATIVE_INFINITY);
                }
                default -> {}
            }
        }
        Double number = number(node);
        return number == null ? null : new PolicyValue.Real(number);
    }

    private static @Nullable Double number(YamlNode node) {
        if (node instanceof YamlScalar scalar && scalar.typed() instanceof Number number) {
            return number.doubleValue();
        }
        node.problem("expected a number");
        return null;
    }
}
