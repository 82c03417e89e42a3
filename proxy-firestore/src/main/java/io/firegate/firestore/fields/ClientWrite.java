package io.firegate.firestore.fields;

import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.DocumentTransform.FieldTransform;
import com.google.firestore.v1.Precondition;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import io.firegate.policy.condition.FieldPath;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client writes to the fields of one document, whichever method carries it.
 *
 * @param document the fields it sets; what is outside of the mask is ignored
 * @param mask the fields it touches; null when it replaces the document
 * @param transforms what is done afterwards
 * @param creates whether it can only be carried out on a document that does not exist
 * @param documentPlace the document's name in the request
 * @param transformsPlace the transforms' name in the request
 */
public record ClientWrite(
        Document document,
        @Nullable DocumentMask mask,
        List<FieldTransform> transforms,
        boolean creates,
        String documentPlace,
        String transformsPlace) {
    /** The mask's name, in every method that has one. */
    private static final String MASK_PLACE = "update_mask.field_paths";

    private static final String UPDATE_TRANSFORMS_PLACE = "update_transforms";

    public ClientWrite {
        transforms = List.copyOf(transforms);
    }

    /** A write of a Commit, a BatchWrite or a Write stream. Deleting and verifying touch no field. */
    public static ClientWrite of(Write write) {
        boolean creates = write.hasCurrentDocument() && createsOnly(write.getCurrentDocument());
        return switch (write.getOperationCase()) {
            case UPDATE ->
                new ClientWrite(
                        write.getUpdate(),
                        write.hasUpdateMask() ? write.getUpdateMask() : null,
                        write.getUpdateTransformsList(),
                        creates,
                        "update",
                        UPDATE_TRANSFORMS_PLACE);
            case TRANSFORM ->
                new ClientWrite(
                        Document.getDefaultInstance(),
                        DocumentMask.getDefaultInstance(),
                        write.getTransform().getFieldTransformsList(),
                        creates,
                        "transform",
                        "transform.field_transforms");
            case DELETE, OPERATION_NOT_SET ->
                new ClientWrite(
                        Document.getDefaultInstance(),
                        DocumentMask.getDefaultInstance(),
                        List.of(),
                        creates,
                        "delete",
                        UPDATE_TRANSFORMS_PLACE);
        };
    }

    /** What UpdateDocument writes. */
    public static ClientWrite of(UpdateDocumentRequest request) {
        return new ClientWrite(
                request.getDocument(),
                request.hasUpdateMask() ? request.getUpdateMask() : null,
                List.of(),
                request.hasCurrentDocument() && createsOnly(request.getCurrentDocument()),
                "document",
                UPDATE_TRANSFORMS_PLACE);
    }

    /** What CreateDocument writes. */
    public static ClientWrite of(CreateDocumentRequest request) {
        return new ClientWrite(request.getDocument(), null, List.of(), true, "document", UPDATE_TRANSFORMS_PLACE);
    }

    /** Where its mask or a transform names no field, in the write; null when it nowhere does. */
    public @Nullable String unreadable() {
        for (int i = 0; mask != null && i < mask.getFieldPathsCount(); i++) {
            if (FieldPath.parse(mask.getFieldPaths(i)).isEmpty()) {
                return maskPlace(i);
            }
        }
        for (int i = 0; i < transforms.size(); i++) {
            if (FieldPath.parse(transforms.get(i).getFieldPath()).isEmpty()) {
                return transformsPlace + "[" + i + "].field_path";
            }
        }
        return null;
    }

    private static boolean createsOnly(Precondition precondition) {
        return precondition.hasExists() && !precondition.getExists();
    }

    /** Where a path of the mask stands. */
    static String maskPlace(int index) {
        return MASK_PLACE + "[" + index + "]";
    }

    /** A field the document sets, and where it stands. */
    NamedField named(FieldPath path) {
        StringBuilder place = new StringBuilder(documentPlace);
        Map<String, Value> fields = document.getFieldsMap();
        String between = ".fields[";
        for (String segment : path.segments()) {
            int index = List.copyOf(fields.keySet()).indexOf(segment);
            place.append(between).append(index).append(']');
            fields = fields.getOrDefault(segment, Value.getDefaultInstance())
                    .getMapValue()
                    .getFieldsMap();
            between = ".value.map_value.fields[";
        }
        return new NamedField(place.toString(), path.toString());
    }
}
