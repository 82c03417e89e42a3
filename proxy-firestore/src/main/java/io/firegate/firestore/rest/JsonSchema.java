package io.firegate.firestore.rest;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message type as JSON sees it, compiled from its descriptor: fields by name for reading, by number for writing, so that neither
 * touches a descriptor. Immutable once built; safe for any thread.
 */
final class JsonSchema {
    /** Field numbers are bits of a {@code long}; the highest number in Firestore's messages is 22. */
    static final int FIELD_NUMBER_MAX = 63;

    /** How a message looks in JSON (protobuf's JSON mapping). */
    enum Form {
        OBJECT,
        TIMESTAMP,
        DURATION,
        /** The bare value of its field 1. */
        WRAPPER,
        STRUCT,
        STRUCT_VALUE,
        STRUCT_LIST,
        ANY
    }

    /** What a field holds. Others do not occur; a new one turns the build red. */
    enum Kind {
        BOOL(0),
        INT32(0),
        INT64(0),
        ENUM(0),
        DOUBLE(1),
        STRING(2),
        BYTES(2),
        MESSAGE(2),
        MAP(2);

        private final int wireType;

        Kind(int wireType) {
            this.wireType = wireType;
        }

        int wireType() {
            return wireType;
        }
    }

    /** A field. */
    static final class Field {
        final int number;
        final String name;
        final String jsonName;
        /** {@code "jsonName"}, with its quotes. */
        final byte[] jsonKey;

        final Kind kind;
        final boolean repeated;
        /** Whether a default value that is set differs from one that is not. */
        final boolean presence;
        /** The fields that must not have come before: itself unless it repeats, and the others of its oneof. */
        final long conflicts;
        /** The values of an enum, in both directions. */
        final Map<String, Integer> enumNumbers = new HashMap<>();

        final Map<Integer, String> enumNames = new HashMap<>();
        /** Whether it is {@code google.protobuf.NullValue}, which JSON writes as null. */
        final boolean isNull;

        private @Nullable JsonSchema message;

        private Field(FieldDescriptor field) {
            number = field.getNumber();
            name = field.getName();
            jsonName = field.getJsonName();
            jsonKey = ('"' + jsonName + '"').getBytes(StandardCharsets.US_ASCII);
            kind = kindOf(field);
            repeated = field.isRepeated();
            presence = field.hasPresence();
            long before = repeated ? 0 : 1L << number;
            if (field.getRealContainingOneof() != null) {
                for (FieldDescriptor member : field.getRealContainingOneof().getFields()) {
                    before |= 1L << member.getNumber();
                }
            }
            conflicts = before;
            if (kind == Kind.ENUM) {
                for (EnumValueDescriptor value : field.getEnumType().getValues()) {
                    enumNumbers.put(value.getName(), value.getNumber());
                    enumNames.putIfAbsent(value.getNumber(), value.getName());
                }
            }
            isNull = kind == Kind.ENUM && field.getEnumType().getFullName().equals("google.protobuf.NullValue");
        }

        int tag() {
            return number << 3 | kind.wireType();
        }

        /** The type of a message, or the entry type of a map: key 1, value 2. */
        JsonSchema message() {
            if (message == null) {
                throw new IllegalStateException(name + " holds no message");
            }
            return message;
        }

        private static Kind kindOf(FieldDescriptor field) {
            if (field.isMapField()) {
                if (field.getMessageType().findFieldByNumber(1).getType() != FieldDescriptor.Type.STRING) {
                    throw new IllegalStateException(
                            field.getFullName() + ": no map had other keys than strings before");
                }
                return Kind.MAP;
            }
            if (field.isPackable()) {
                throw new IllegalStateException(field.getFullName() + ": no message had a repeated number before");
            }
            return switch (field.getType()) {
                case BOOL -> Kind.BOOL;
                case INT32 -> Kind.INT32;
                case INT64 -> Kind.INT64;
                case ENUM -> Kind.ENUM;
                case DOUBLE -> Kind.DOUBLE;
                case STRING -> Kind.STRING;
                case BYTES -> Kind.BYTES;
                case MESSAGE -> Kind.MESSAGE;
                case FLOAT, UINT64, FIXED64, FIXED32, GROUP, UINT32, SFIXED32, SFIXED64, SINT32, SINT64 ->
                    throw new IllegalStateException(
                            field.getFullName() + ": no message had a field of type " + field.getType() + " before");
            };
        }
    }

    private final Form form;
    private final @Nullable Field[] byNumber;
    private final Map<String, Field> byName = new HashMap<>();

    private JsonSchema(Descriptor descriptor) {
        form = formOf(descriptor);
        int size = 1;
        for (FieldDescriptor field : descriptor.getFields()) {
            size = Math.max(size, field.getNumber() + 1);
        }
        if (size > FIELD_NUMBER_MAX + 1 || descriptor.isExtendable()) {
            throw new IllegalStateException(descriptor.getFullName() + " does not fit the tables");
        }
        byNumber = new Field[size];
    }

    /**
     * The schema of a message type and of all below it.
     *
     * @throws IllegalStateException when a descriptor holds what no message of Firestore had before
     */
    static JsonSchema of(Descriptor descriptor) {
        return compile(descriptor, new HashMap<>());
    }

    private static JsonSchema compile(Descriptor descriptor, Map<String, JsonSchema> done) {
        JsonSchema known = done.get(descriptor.getFullName());
        if (known != null) {
            return known;
        }
        JsonSchema schema = new JsonSchema(descriptor);
        done.put(descriptor.getFullName(), schema);
        for (FieldDescriptor descriptorField : descriptor.getFields()) {
            Field field = new Field(descriptorField);
            schema.byNumber[field.number] = field;
            schema.byName.put(field.name, field);
            schema.byName.put(field.jsonName, field);
            if (descriptorField.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                field.message = compile(descriptorField.getMessageType(), done);
            }
        }
        return schema;
    }

    private static Form formOf(Descriptor descriptor) {
        return switch (descriptor.getFullName()) {
            case "google.protobuf.Timestamp" -> Form.TIMESTAMP;
            case "google.protobuf.Duration" -> Form.DURATION;
            case "google.protobuf.Struct" -> Form.STRUCT;
            case "google.protobuf.Value" -> Form.STRUCT_VALUE;
            case "google.protobuf.ListValue" -> Form.STRUCT_LIST;
            case "google.protobuf.Any" -> Form.ANY;
            case "google.protobuf.BoolValue",
                    "google.protobuf.Int32Value",
                    "google.protobuf.Int64Value",
                    "google.protobuf.DoubleValue",
                    "google.protobuf.StringValue",
                    "google.protobuf.BytesValue" -> Form.WRAPPER;
            default -> Form.OBJECT;
        };
    }

    Form form() {
        return form;
    }

    /** The field with a number; null when there is none. */
    @Nullable
    Field field(int number) {
        return number >= 0 && number < byNumber.length ? byNumber[number] : null;
    }

    /** The field with a camelCase or snake_case name; null when there is none. */
    @Nullable
    Field field(String name) {
        return byName.get(name);
    }

    /** The field with a number that is known to exist. */
    Field required(int number) {
        Field field = field(number);
        if (field == null) {
            throw new IllegalStateException("no field " + number);
        }
        return field;
    }

    /** The field with a name that is known to exist. */
    Field required(String name) {
        Field field = field(name);
        if (field == null) {
            throw new IllegalStateException("no field " + name);
        }
        return field;
    }
}
