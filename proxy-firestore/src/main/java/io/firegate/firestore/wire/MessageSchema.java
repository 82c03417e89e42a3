package io.firegate.firestore.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One message type, compiled from its descriptor into arrays indexed by field number, so that walking a message touches no
 * descriptor. Immutable once built; safe for any thread.
 */
public final class MessageSchema {
    /** Field numbers are bits of a {@code long}; the highest number in a Firestore request is 22. */
    static final int FIELD_NUMBER_MAX = 63;

    /** No known field has this number. */
    static final byte UNKNOWN = 0;

    static final byte BOOL = 1;
    static final byte INT32 = 2;
    static final byte INT64 = 3;
    static final byte ENUM = 4;
    static final byte DOUBLE = 5;
    static final byte STRING = 6;
    static final byte BYTES = 7;
    static final byte MESSAGE = 8;
    static final byte MAP = 9;
    static final byte HANDLE = 10;
    static final byte REFUSED = 11;

    private static final String REFERENCE_FIELD = "google.firestore.v1.Value.reference_value";

    /** What stands in each field number: one of the constants above. */
    final byte[] kinds;
    /** The fields that make a field ambiguous when they came before: itself unless it repeats, and the others of its oneof. */
    final long[] conflicts;
    /** The message types of {@link #MESSAGE} and {@link #MAP} fields (the entry type of a map). */
    final @Nullable MessageSchema[] children;
    /** The known numbers of {@link #ENUM} fields. */
    final boolean[] @Nullable [] enums;

    final @Nullable String[] names;
    final boolean[] repeated;
    /** Whether this is the entry type of a map: key 1, value 2. */
    final boolean mapEntry;
    /** The number of the field that holds a document reference, or 0; 0 in answers, whose references nobody judges. */
    final int referenceField;
    /** How deep messages may be nested below one of this type. */
    final int depthMax;

    private MessageSchema(Descriptor descriptor, boolean answer) {
        depthMax = answer ? MessageWalk.ANSWER_DEPTH_MAX : MessageWalk.DEPTH_MAX;
        int size = 1;
        for (FieldDescriptor field : descriptor.getFields()) {
            size = Math.max(size, field.getNumber() + 1);
        }
        if (size > FIELD_NUMBER_MAX + 1 || descriptor.isExtendable()) {
            throw new IllegalStateException(descriptor.getFullName() + " does not fit the walker's tables");
        }
        kinds = new byte[size];
        conflicts = new long[size];
        children = new MessageSchema[size];
        enums = new boolean[size][];
        names = new String[size];
        repeated = new boolean[size];
        mapEntry = descriptor.getOptions().getMapEntry();
        int reference = 0;
        for (FieldDescriptor field : descriptor.getFields()) {
            if (!answer && field.getFullName().equals(REFERENCE_FIELD)) {
                reference = field.getNumber();
            }
        }
        referenceField = reference;
    }

    /** The schema of a message of {@code firestore.proto}, by its simple name, in which no handle may stand. */
    public static MessageSchema of(String messageName) {
        return of(messageName, Set.of());
    }

    /**
     * The schema of a message of {@code firestore.proto}, by its simple name.
     *
     * @param handles the names of the fields whose handles the reader of the message opens; every other handle is refused
     * @throws IllegalStateException when a descriptor holds what the walker cannot check: a kind of field no Firestore request has
     */
    public static MessageSchema of(String messageName, Set<String> handles) {
        return compile(RequestFields.message(messageName), handles, new HashMap<>());
    }

    /** The schema of an answer: every published field of it may stand in it, and an enum is a number like any other. */
    public static MessageSchema ofAnswer(Descriptor answer) {
        return compile(answer, null, new HashMap<>());
    }

    /** @param handles null of an answer */
    private static MessageSchema compile(
            Descriptor descriptor, @Nullable Set<String> handles, Map<String, MessageSchema> done) {
        MessageSchema known = done.get(descriptor.getFullName());
        if (known != null) {
            return known;
        }
        MessageSchema schema = new MessageSchema(descriptor, handles == null);
        done.put(descriptor.getFullName(), schema);
        int maps = 0;
        for (FieldDescriptor field : descriptor.getFields()) {
            int number = field.getNumber();
            // Keys and values of a map are not fields of their own: the map field is what the list classifies.
            Touch touch = schema.mapEntry || handles == null ? Touch.DOCUMENT : RequestFields.touch(field);
            if (touch == null) {
                continue;
            }
            schema.names[number] = field.getName();
            schema.repeated[number] = field.isRepeated();
            schema.conflicts[number] = field.isRepeated() ? 0 : 1L << number;
            if (field.getRealContainingOneof() != null) {
                for (FieldDescriptor member : field.getRealContainingOneof().getFields()) {
                    schema.conflicts[number] |= 1L << member.getNumber();
                }
            }
            schema.kinds[number] = handles == null ? answered(field) : asked(field, touch, handles);
            if (schema.kinds[number] == MESSAGE || schema.kinds[number] == MAP) {
                schema.children[number] = compile(field.getMessageType(), handles, done);
            } else if (schema.kinds[number] == ENUM) {
                schema.enums[number] = known(field);
            }
            maps += field.isMapField() ? 1 : 0;
        }
        if (maps > 1) {
            throw new IllegalStateException(
                    descriptor.getFullName() + " has two maps; the walker keeps one set of keys");
        }
        return schema;
    }

    private static byte answered(FieldDescriptor field) {
        if (field.isPackable()) {
            // Nobody reads repeated numbers off the bytes; whoever wants them parses them.
            return BYTES;
        }
        byte kind = kind(field);
        return kind == ENUM ? INT32 : kind;
    }

    private static byte asked(FieldDescriptor field, Touch touch, Set<String> handles) {
        if (touch == Touch.HANDLE && !handles.contains(field.getName())) {
            return HANDLE;
        }
        if (touch == Touch.REFUSED) {
            return REFUSED;
        }
        return kind(field);
    }

    private static byte kind(FieldDescriptor field) {
        if (field.isMapField()) {
            if (field.getMessageType().findFieldByNumber(1).getType() != FieldDescriptor.Type.STRING) {
                throw new IllegalStateException(field.getFullName() + ": the walker knows maps with string keys only");
            }
            return MAP;
        }
        if (field.isPackable()) {
            throw new IllegalStateException(
                    field.getFullName() + ": no Firestore request had a repeated number before");
        }
        return switch (field.getType()) {
            case BOOL -> BOOL;
            case INT32 -> INT32;
            case INT64 -> INT64;
            case ENUM -> ENUM;
            case DOUBLE -> DOUBLE;
            case STRING -> STRING;
            case BYTES -> BYTES;
            case MESSAGE -> MESSAGE;
            case FLOAT, UINT64, FIXED64, FIXED32, GROUP, UINT32, SFIXED32, SFIXED64, SINT32, SINT64 ->
                throw new IllegalStateException(field.getFullName() + ": no Firestore message had a field of type "
                        + field.getType() + " before");
        };
    }

    private static boolean[] known(FieldDescriptor field) {
        int max = 0;
        for (EnumValueDescriptor value : field.getEnumType().getValues()) {
            max = Math.max(max, value.getNumber());
        }
        boolean[] known = new boolean[max + 1];
        for (EnumValueDescriptor value : field.getEnumType().getValues()) {
            known[value.getNumber()] = true;
        }
        return known;
    }
}
