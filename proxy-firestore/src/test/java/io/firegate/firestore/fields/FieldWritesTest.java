package io.firegate.firestore.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.DocumentTransform;
import com.google.firestore.v1.DocumentTransform.FieldTransform;
import com.google.firestore.v1.Precondition;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.firestore.v1.Write;
import com.google.protobuf.Timestamp;
import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.WriteGuard;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class FieldWritesTest {
    private static final Document DOCUMENT = TestDocuments.document(Map.of("a", 1));
    private static final FieldTransform TRANSFORM =
            FieldTransform.newBuilder().setFieldPath("t").build();

    static List<?> cases() {
        return (List<?>)
                new Load(LoadSettings.builder().build()).loadFromString(TestDocuments.resource("write-cases.yaml"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aWriteIsJudgedByItsFields(Map<?, ?> fields) {
        FieldWrites writes = FieldWrites.of(mask(fields), guard(fields));
        ClientWrite write = ClientWrite.of(write(fields));
        assertThat(text(writes.judge(write))).as("early").isEqualTo(fields.get("early"));
        Document stored = fields.get("stored") instanceof Map<?, ?> map ? TestDocuments.document(map) : null;
        if (stored != null || fields.containsKey("then")) {
            assertThat(text(writes.judge(write, stored)))
                    .as("then")
                    .isEqualTo(fields.containsKey("then") ? fields.get("then") : fields.get("early"));
        }
    }

    private static Write write(Map<?, ?> fields) {
        Write.Builder write = Write.newBuilder()
                .setUpdate(TestDocuments.document((Map<?, ?>) Objects.requireNonNull(fields.get("fields"))));
        if (fields.containsKey("mask")) {
            write.setUpdateMask(DocumentMask.newBuilder().addAllFieldPaths(texts(fields, "mask")));
        }
        if (fields.containsKey("creates")) {
            write.setCurrentDocument(Precondition.newBuilder().setExists(false));
        }
        for (String path : texts(fields, "transforms")) {
            write.addUpdateTransforms(FieldTransform.newBuilder().setFieldPath(path));
        }
        return write.build();
    }

    private static FieldMask mask(Map<?, ?> fields) {
        if (fields.containsKey("show")) {
            return TestDocuments.show(texts(fields, "show"));
        }
        return fields.containsKey("hide") ? TestDocuments.hide(texts(fields, "hide")) : FieldMask.AllFields.INSTANCE;
    }

    private static WriteGuard guard(Map<?, ?> fields) {
        return fields.containsKey("readonly")
                ? new WriteGuard.Readonly(TestDocuments.paths(texts(fields, "readonly")))
                : WriteGuard.NoGuard.INSTANCE;
    }

    private static List<String> texts(Map<?, ?> fields, String key) {
        return fields.get(key) instanceof List<?> list
                ? list.stream().map(String.class::cast).toList()
                : List.of();
    }

    private static String text(FieldVerdict verdict) {
        return switch (verdict) {
            case FieldVerdict.AsItStands.INSTANCE -> "as it stands";
            case FieldVerdict.NeedsStored.INSTANCE -> "needs stored";
            case FieldVerdict.Masked masked ->
                "mask [" + String.join(", ", masked.mask().getFieldPathsList()) + "]";
            case FieldVerdict.Refused refused ->
                refused.cause().name().toLowerCase(Locale.ROOT) + " "
                        + refused.field().place();
        };
    }

    /** Each way to send a write, with the places in its own words, and whether it can only create. */
    @Test
    void everyMethodsWriteIsRead() {
        Precondition absent = Precondition.newBuilder().setExists(false).build();
        DocumentMask mask = DocumentMask.newBuilder().addFieldPaths("a").build();
        DocumentMask none = DocumentMask.getDefaultInstance();
        Write update = Write.newBuilder().setUpdate(DOCUMENT).build();
        expect(ClientWrite.of(update), DOCUMENT, null, 0, false, "update.fields[0]");
        expect(
                ClientWrite.of(update.toBuilder()
                        .setUpdateMask(mask)
                        .addUpdateTransforms(TRANSFORM)
                        .setCurrentDocument(Precondition.newBuilder().setExists(true))
                        .build()),
                DOCUMENT,
                mask,
                1,
                false,
                "update.fields[0]");
        expect(
                ClientWrite.of(update.toBuilder()
                        .setUpdateMask(none)
                        .setCurrentDocument(absent)
                        .build()),
                DOCUMENT,
                none,
                0,
                true,
                "update.fields[0]");
        expect(
                ClientWrite.of(update.toBuilder()
                        .setCurrentDocument(Precondition.newBuilder().setUpdateTime(Timestamp.getDefaultInstance()))
                        .build()),
                DOCUMENT,
                null,
                0,
                false,
                "update.fields[0]");
        Write transform = Write.newBuilder()
                .setTransform(DocumentTransform.newBuilder().addFieldTransforms(TRANSFORM))
                .build();
        expect(ClientWrite.of(transform), Document.getDefaultInstance(), none, 1, false, null);
        assertThat(FieldWrites.of(TestDocuments.hide(List.of("t")), WriteGuard.NoGuard.INSTANCE)
                        .judge(ClientWrite.of(transform)))
                .isEqualTo(new FieldVerdict.Refused(
                        FieldVerdict.Cause.HIDDEN, new NamedField("transform.field_transforms[0].field_path", "t")));
        expect(
                ClientWrite.of(Write.newBuilder().setDelete("d").build()),
                Document.getDefaultInstance(),
                none,
                0,
                false,
                null);
        expect(ClientWrite.of(Write.getDefaultInstance()), Document.getDefaultInstance(), none, 0, false, null);
        UpdateDocumentRequest patch =
                UpdateDocumentRequest.newBuilder().setDocument(DOCUMENT).build();
        expect(ClientWrite.of(patch), DOCUMENT, null, 0, false, "document.fields[0]");
        expect(
                ClientWrite.of(patch.toBuilder()
                        .setUpdateMask(mask)
                        .setCurrentDocument(absent)
                        .build()),
                DOCUMENT,
                mask,
                0,
                true,
                "document.fields[0]");
        expect(
                ClientWrite.of(
                        CreateDocumentRequest.newBuilder().setDocument(DOCUMENT).build()),
                DOCUMENT,
                null,
                0,
                true,
                "document.fields[0]");
    }

    private static void expect(
            ClientWrite write,
            Document document,
            @Nullable DocumentMask mask,
            int transforms,
            boolean creates,
            @Nullable String place) {
        assertThat(write.document()).isEqualTo(document);
        assertThat(write.mask()).isEqualTo(mask);
        assertThat(write.transforms()).hasSize(transforms);
        assertThat(write.creates()).isEqualTo(creates);
        if (place != null) {
            FieldWrites blind = FieldWrites.of(TestDocuments.hide(List.of("a")), WriteGuard.NoGuard.INSTANCE);
            FieldVerdict verdict = blind.judge(new ClientWrite(
                    write.document(),
                    null,
                    List.of(),
                    write.creates(),
                    write.documentPlace(),
                    write.transformsPlace()));
            assertThat(verdict)
                    .isEqualTo(new FieldVerdict.Refused(FieldVerdict.Cause.HIDDEN, new NamedField(place, "a")));
        }
    }

    @Test
    void whoMayDoEverythingIsKnown() {
        FieldMask every = FieldMask.AllFields.INSTANCE;
        assertThat(FieldWrites.of(every, WriteGuard.NoGuard.INSTANCE).all()).isTrue();
        assertThat(FieldWrites.of(every, new WriteGuard.Readonly(List.of())).all())
                .isTrue();
        assertThat(FieldWrites.of(every, new WriteGuard.Readonly(TestDocuments.paths(List.of("a"))))
                        .all())
                .isFalse();
        assertThat(FieldWrites.of(TestDocuments.show(List.of("a")), WriteGuard.NoGuard.INSTANCE)
                        .all())
                .isFalse();
    }
}
