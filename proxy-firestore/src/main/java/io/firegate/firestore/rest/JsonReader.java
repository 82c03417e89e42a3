package io.firegate.firestore.rest;

import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads one JSON body into one protobuf message, driven by the message's schema: protobuf's JSON mapping without its leniency. What
 * two readers could understand differently (a key twice, two members of a oneof, trailing text, a guessed encoding) is refused. For
 * one thread.
 */
final class JsonReader {
    /** Deepest nesting of objects and arrays: 20 levels of maps take 60, a commit around them 5. */
    static final int DEPTH_MAX = 100;
    /** Longest number; an exact double has fewer digits than its shortest form needs. */
    static final int NUMBER_CHARS_MAX = 100;
    /** Longest key; Firestore's longest field name has 1500 bytes. */
    static final int NAME_CHARS_MAX = 1500;

    /** Names are data here, so none is kept: a table of them would grow with what callers send. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxNumberLength(NUMBER_CHARS_MAX)
                    .maxNameLength(NAME_CHARS_MAX)
                    // A text is bounded by the body it is in, and the body by the limit of a request.
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final JsonParser parser;
    private final ProtoBytes out;

    private JsonReader(JsonParser parser, ProtoBytes out) {
        this.parser = parser;
        this.out = out;
    }

    /** A field that the path fills. */
    record Preset(JsonSchema.Field field, String value) {}

    /**
     * Writes the fields of a message: what the path says, then what the body says.
     *
     * @param fields the message being written
     * @param body the JSON; none stands for an empty object, as the emulator has it
     * @param preset the field the path fills, or null
     */
    static void read(
            JsonSchema schema,
            ProtoBytes out,
            ProtoBytes.Fields fields,
            byte[] body,
            int from,
            int to,
            @Nullable Preset preset)
            throws Refusal {
        if (preset != null) {
            fields.begin(preset.field().number);
            Scalars.write(out, preset.field(), preset.value(), false);
        }
        if (from == to) {
            return;
        }
        boolean marked = to - from >= 3 && body[from] == (byte) 0xEF && body[from + 1] == (byte) 0xBB;
        if (marked || !UnsafeByteOperations.unsafeWrap(body, from, to - from).isValidUtf8()) {
            throw new Refusal(RestProblem.BODY_ENCODING);
        }
        // Characters, not bytes: from bytes the parser would guess an encoding.
        String text = new String(body, from, to - from, StandardCharsets.UTF_8);
        if (text.indexOf('\0') >= 0) {
            throw new Refusal(RestProblem.BODY_ENCODING);
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonReader reader = new JsonReader(parser, out);
            if (reader.next() != JsonToken.START_OBJECT) {
                throw new Refusal(RestProblem.NOT_JSON);
            }
            reader.members(schema, fields, preset);
            reader.end();
        }
    }

    /** From behind the opening brace to the closing one. */
    private void members(JsonSchema schema, ProtoBytes.Fields fields, @Nullable Preset preset) throws Refusal {
        long named = 0;
        long set = 0;
        while (next() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonSchema.Field field = schema.field(name);
            if (field == null) {
                throw new Refusal(RestProblem.UNKNOWN_FIELD, Refusal.shown(name));
            }
            try {
                if ((named & 1L << field.number) != 0) {
                    throw new Refusal(RestProblem.REPEATED_FIELD);
                }
                named |= 1L << field.number;
                JsonToken token = next();
                if (token == JsonToken.VALUE_NULL && !field.isNull) {
                    continue;
                }
                if ((set & field.conflicts) != 0) {
                    throw new Refusal(RestProblem.SEVERAL_OF_ONE);
                }
                set |= 1L << field.number;
                if (preset != null && preset.field() == field) {
                    if (token != JsonToken.VALUE_STRING || !text().equals(preset.value())) {
                        throw new Refusal(RestProblem.DIFFERS_FROM_PATH);
                    }
                } else {
                    fields.begin(field.number);
                    field(field, token);
                }
            } catch (Refusal e) {
                throw e.within(field.jsonName);
            }
        }
        fields.end();
    }

    private void field(JsonSchema.Field field, JsonToken token) throws Refusal {
        if (field.kind == JsonSchema.Kind.MAP) {
            expect(JsonToken.START_OBJECT, token);
            map(field);
        } else if (field.repeated) {
            expect(JsonToken.START_ARRAY, token);
            int index = 0;
            for (JsonToken element = next(); element != JsonToken.END_ARRAY; element = next()) {
                try {
                    value(field, notNull(element), true);
                } catch (Refusal e) {
                    throw e.within(index);
                }
                index++;
            }
        } else {
            value(field, token, false);
        }
    }

    private void map(JsonSchema.Field field) throws Refusal {
        JsonSchema.Field key = field.message().required(1);
        JsonSchema.Field value = field.message().required(2);
        Set<String> keys = new HashSet<>();
        int index = 0;
        while (next() != JsonToken.END_OBJECT) {
            // The key is content of a document: its place is its position.
            try {
                String name = parser.currentName();
                if (!keys.add(name)) {
                    throw new Refusal(RestProblem.REPEATED_FIELD);
                }
                out.tag(field.tag());
                int start = out.open();
                Scalars.write(out, key, name, true);
                value(value, notNull(next()), true);
                out.close(start);
            } catch (Refusal e) {
                throw e.within(index);
            }
            index++;
        }
    }

    private void value(JsonSchema.Field field, JsonToken token, boolean always) throws Refusal {
        switch (field.kind) {
            case BOOL -> {
                if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
                    throw new Refusal(RestProblem.WRONG_TYPE);
                }
                Scalars.varint(out, field, token == JsonToken.VALUE_TRUE ? 1 : 0, always || field.presence);
            }
            case INT32, INT64, DOUBLE -> {
                if (token != JsonToken.VALUE_STRING && !isNumber(token)) {
                    throw new Refusal(RestProblem.WRONG_TYPE);
                }
                Scalars.write(out, field, text(), always);
            }
            case ENUM -> {
                if (token == JsonToken.VALUE_NULL) {
                    Scalars.varint(out, field, 0, true);
                } else if (isNumber(token)) {
                    Scalars.enumNumber(out, field, text(), always);
                } else {
                    expect(JsonToken.VALUE_STRING, token);
                    Scalars.write(out, field, text(), always);
                }
            }
            case STRING, BYTES -> {
                expect(JsonToken.VALUE_STRING, token);
                Scalars.write(out, field, text(), always);
            }
            case MESSAGE -> message(field, token);
            case MAP -> throw new IllegalStateException("a map inside a list");
        }
    }

    private void message(JsonSchema.Field field, JsonToken token) throws Refusal {
        JsonSchema type = field.message();
        switch (type.form()) {
            case OBJECT -> {
                expect(JsonToken.START_OBJECT, token);
                out.tag(field.tag());
                int start = out.open();
                members(type, out.fields(), null);
                out.close(start);
            }
            case TIMESTAMP -> {
                expect(JsonToken.VALUE_STRING, token);
                Scalars.write(out, field, text(), true);
            }
            case WRAPPER -> {
                out.tag(field.tag());
                int start = out.open();
                value(type.required(1), token, false);
                out.close(start);
            }
            case DURATION, STRUCT, STRUCT_VALUE, STRUCT_LIST, ANY ->
                throw new IllegalStateException(field.name + ": no request had such a message before");
        }
    }

    private static void expect(JsonToken expected, JsonToken token) throws Refusal {
        if (token != expected) {
            throw new Refusal(RestProblem.WRONG_TYPE);
        }
    }

    private static JsonToken notNull(JsonToken token) throws Refusal {
        if (token == JsonToken.VALUE_NULL) {
            throw new Refusal(RestProblem.NULL_ELEMENT);
        }
        return token;
    }

    private static boolean isNumber(JsonToken token) {
        return token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT;
    }

    private String text() throws Refusal {
        try {
            return parser.getString();
        } catch (JacksonException e) {
            throw refusal(e);
        }
    }

    private JsonToken next() throws Refusal {
        JsonToken token = nextOrEnd();
        if (token == null) {
            throw new Refusal(RestProblem.NOT_JSON);
        }
        return token;
    }

    private void end() throws Refusal {
        if (nextOrEnd() != null) {
            throw new Refusal(RestProblem.NOT_JSON);
        }
    }

    private @Nullable JsonToken nextOrEnd() throws Refusal {
        try {
            return parser.nextToken();
        } catch (JacksonException e) {
            throw refusal(e);
        }
    }

    private Refusal refusal(JacksonException e) {
        if (!(e instanceof StreamConstraintsException)) {
            return new Refusal(RestProblem.NOT_JSON);
        }
        boolean deep = parser.streamReadContext().getNestingDepth() >= DEPTH_MAX;
        return new Refusal(deep ? RestProblem.TOO_DEEP : RestProblem.TOO_LONG);
    }
}
