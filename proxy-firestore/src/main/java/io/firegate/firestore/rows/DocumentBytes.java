package io.firegate.firestore.rows;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Value;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.Timestamp;
import io.firegate.firestore.wire.AnswerSchema;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageWalk;
import io.firegate.policy.condition.DocumentView;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A document as it stands in the bytes of an answer, of which a condition has decoded what it asks for and nothing else. */
public final class DocumentBytes implements DocumentView {
    private static final AnswerSchema DOCUMENT = new AnswerSchema(Document.getDefaultInstance());

    private static final byte[] TYPE = "__type__".getBytes(StandardCharsets.UTF_8);

    private final MessageWalk walk;
    private final int start;
    private final int end;

    /**
     * A document inside a message whose bytes are clear.
     *
     * @param start index of its first byte
     * @param end index after the last
     */
    public DocumentBytes(MessageWalk walk, int start, int end) {
        this.walk = walk;
        this.start = start;
        this.end = end;
    }

    /** A document by itself; null when it is none. */
    public static @Nullable DocumentBytes of(byte[] document) {
        MessageWalk walk = DOCUMENT.read(document);
        return walk == null ? null : new DocumentBytes(walk, walk.start(), walk.end());
    }

    /** The array that holds it, not copied. */
    public byte[] data() {
        return walk.data();
    }

    /** Index of its first byte. */
    public int start() {
        return start;
    }

    /** Index after its last byte. */
    public int end() {
        return end;
    }

    /** Its bytes, a copy. */
    public byte[] copy() {
        return Arrays.copyOfRange(walk.data(), start, end);
    }

    /** Its fields: those of the message, not those that are stored. */
    public FieldCursor fields() {
        return walk.fields(start, end);
    }

    /**
     * The fields of a message inside it.
     *
     * @param from index of the first byte
     * @param to index after the last
     */
    public FieldCursor fields(int from, int to) {
        return walk.fields(from, to);
    }

    /** Where its name stands; null when it has none. */
    public @Nullable Field nameField() {
        return first(fields(), Document.NAME_FIELD_NUMBER);
    }

    /** Its full name. */
    public String name() {
        Field name = nameField();
        return name == null
                ? ""
                : new String(walk.data(), name.start(), name.end() - name.start(), StandardCharsets.UTF_8);
    }

    /** When it was last changed. */
    public Timestamp updateTime() {
        Field time = first(fields(), Document.UPDATE_TIME_FIELD_NUMBER);
        return time == null ? Timestamp.getDefaultInstance() : parsed(Timestamp.parser(), time.start(), time.end());
    }

    @Override
    public String id() {
        String name = name();
        return name.substring(name.lastIndexOf('/') + 1);
    }

    @Override
    public @Nullable PolicyValue value(FieldPath path) {
        List<String> segments = path.segments();
        FieldCursor fields = fields();
        int mapField = Document.FIELDS_FIELD_NUMBER;
        for (int i = 0; ; i++) {
            Field value = entry(fields, mapField, segments.get(i).getBytes(StandardCharsets.UTF_8));
            if (value == null) {
                return null;
            }
            if (i == segments.size() - 1) {
                return StoredValue.read(parsed(Value.parser(), value.start(), value.end()));
            }
            Field map = first(walk.fields(value.start(), value.end()), Value.MAP_VALUE_FIELD_NUMBER);
            if (map == null || isVector(map)) {
                return null;
            }
            fields = walk.fields(map.start(), map.end());
            mapField = MapValue.FIELDS_FIELD_NUMBER;
        }
    }

    private boolean isVector(Field map) {
        return entry(walk.fields(map.start(), map.end()), MapValue.FIELDS_FIELD_NUMBER, TYPE) != null
                && StoredValue.isVector(parsed(MapValue.parser(), map.start(), map.end()));
    }

    /** The value of a key of a map; null when it has none. */
    private @Nullable Field entry(FieldCursor fields, int mapField, byte[] key) {
        while (fields.next()) {
            if (fields.number() == mapField) {
                FieldCursor entry = fields.fields();
                entry.next();
                if (Arrays.equals(walk.data(), entry.start(), entry.end(), key, 0, key.length)) {
                    entry.next();
                    return entry.field();
                }
            }
        }
        return null;
    }

    private static @Nullable Field first(FieldCursor fields, int number) {
        while (fields.next()) {
            if (fields.number() == number) {
                return fields.field();
            }
        }
        return null;
    }

    private <M extends MessageLite> M parsed(Parser<M> parser, int from, int to) {
        try {
            return parser.parseFrom(walk.data(), from, to - from);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what passed the walk does not parse", e);
        }
    }
}
