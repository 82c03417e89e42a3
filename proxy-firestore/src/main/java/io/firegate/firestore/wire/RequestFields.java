package io.firegate.firestore.wire;

import com.google.firestore.v1.FirestoreProto;
import com.google.firestore.v1.WriteProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The request messages as firegate knows them: the published descriptors, the one unpublished field official clients send, and
 * the committed list of what each field touches. Read once, when the class is loaded.
 */
public final class RequestFields {
    private static final String RESOURCE = "request-fields.txt";
    private static final String UNPUBLISHED_MESSAGE = "Write";
    private static final String UNPUBLISHED_ONEOF = "operation";

    /** {@code Write.verify}: in the protos of firebase-js-sdk and in the official emulator, absent from googleapis. */
    private static final FieldDescriptorProto.Builder UNPUBLISHED_FIELD = FieldDescriptorProto.newBuilder()
            .setName("verify")
            .setNumber(5)
            .setType(FieldDescriptorProto.Type.TYPE_STRING)
            .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);

    private static final FileDescriptor FIRESTORE = withUnpublished();
    private static final Map<String, Touch> TOUCHES = read();

    private RequestFields() {}

    /** The descriptor of a message of {@code firestore.proto}, with the unpublished field below it. */
    public static Descriptor message(String name) {
        Descriptor descriptor = FIRESTORE.findMessageTypeByName(name);
        if (descriptor == null) {
            throw new IllegalArgumentException("google.firestore.v1 has no message " + name);
        }
        return descriptor;
    }

    /** What a field touches, or null when nobody has classified it. */
    static @Nullable Touch touch(FieldDescriptor field) {
        return TOUCHES.get(field.getFullName());
    }

    /** The whole list: full field name to what it touches, in the file's order. */
    static Map<String, Touch> touches() {
        return TOUCHES;
    }

    private static FileDescriptor withUnpublished() {
        FileDescriptor published = WriteProto.getDescriptor();
        FileDescriptorProto.Builder write = published.toProto().toBuilder();
        for (DescriptorProto.Builder message : write.getMessageTypeBuilderList()) {
            if (message.getName().equals(UNPUBLISHED_MESSAGE)) {
                int oneof = 0;
                while (!message.getOneofDecl(oneof).getName().equals(UNPUBLISHED_ONEOF)) {
                    oneof++;
                }
                message.addField(UNPUBLISHED_FIELD.clone().setOneofIndex(oneof));
            }
        }
        try {
            FileDescriptor extended = FileDescriptor.buildFrom(
                    write.build(), published.getDependencies().toArray(new FileDescriptor[0]));
            List<FileDescriptor> dependencies = FirestoreProto.getDescriptor().getDependencies();
            return FileDescriptor.buildFrom(
                    FirestoreProto.getDescriptor().toProto(),
                    dependencies.stream()
                            .map(file -> file == published ? extended : file)
                            .toArray(FileDescriptor[]::new));
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException("the published protos no longer take the unpublished field", e);
        }
    }

    private static Map<String, Touch> read() {
        Map<String, Touch> touches = new LinkedHashMap<>();
        try (InputStream stream = RequestFields.class.getResourceAsStream(RESOURCE)) {
            if (stream == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the program");
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                List<String> words = List.of(line.trim().split("\\s+", -1));
                if (words.size() != 2
                        || touches.put(words.get(0), Touch.valueOf(words.get(1).toUpperCase(Locale.ROOT))) != null) {
                    throw new IllegalStateException(
                            RESOURCE + ": not one field and one word, or listed twice: " + line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return touches;
    }
}
