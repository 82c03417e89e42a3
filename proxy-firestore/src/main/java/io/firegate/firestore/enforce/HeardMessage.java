package io.firegate.firestore.enforce;

import com.google.firestore.v1.DocumentChange;
import com.google.firestore.v1.ListenResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.firestore.wire.AnswerSchema;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageWalk;
import io.firegate.firestore.wire.TailWriter;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message Firestore says on a Listen stream. A document that has changed stays in its bytes.
 *
 * @param response what it says, without the document
 * @param document the document that has changed; null when it is about something else
 * @param asItCame its bytes, with what firegate does not know in it; null when it knows everything
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HeardMessage(ListenResponse response, @Nullable DocumentBytes document, byte @Nullable [] asItCame) {
    private static final AnswerSchema LISTEN = new AnswerSchema(ListenResponse.getDefaultInstance());

    /** Most bytes of the tags and lengths around a document. */
    private static final int FRAME_BYTES = 12;

    /**
     * Reads a message.
     *
     * @throws InvalidProtocolBufferException when it is none
     */
    static HeardMessage of(byte[] message) throws InvalidProtocolBufferException {
        MessageWalk walk = LISTEN.readAsItIs(message);
        FieldCursor fields = walk == null ? null : walk.fields();
        if (fields != null
                && walk != null
                && fields.next()
                && fields.number() == ListenResponse.DOCUMENT_CHANGE_FIELD_NUMBER) {
            return changed(walk, fields.fields());
        }
        ListenResponse response = ListenResponse.parseFrom(message);
        if (!response.hasDocumentChange()) {
            return new HeardMessage(response, null, null);
        }
        byte[] asItCame = response.getDocumentChange().getDocument().toByteArray();
        DocumentBytes document = DocumentBytes.of(asItCame);
        if (document == null) {
            throw new InvalidProtocolBufferException("no document");
        }
        return new HeardMessage(response, document, asItCame);
    }

    private static HeardMessage changed(MessageWalk walk, FieldCursor change) throws InvalidProtocolBufferException {
        DocumentBytes document = new DocumentBytes(walk, walk.end(), walk.end());
        ByteArrayOutputStream others = new ByteArrayOutputStream();
        while (change.next()) {
            if (change.number() == DocumentChange.DOCUMENT_FIELD_NUMBER) {
                document = new DocumentBytes(walk, change.start(), change.end());
            } else {
                others.write(walk.data(), change.tagAt(), change.end() - change.tagAt());
            }
        }
        ListenResponse response = ListenResponse.newBuilder()
                .setDocumentChange(DocumentChange.parseFrom(others.toByteArray()))
                .build();
        return new HeardMessage(response, document, null);
    }

    /** What targets hear of the document that has changed. */
    ByteString shown(DocumentBytes changed, VisibleFields visible, List<Integer> targets) {
        byte[] ids =
                DocumentChange.newBuilder().addAllTargetIds(targets).build().toByteArray();
        int length = asItCame == null ? changed.end() - changed.start() : asItCame.length;
        TailWriter out = new TailWriter(length + ids.length + FRAME_BYTES);
        out.copy(ids, 0, ids.length);
        if (asItCame != null && visible.all()) {
            out.copy(asItCame, 0, asItCame.length);
        } else {
            visible.write(changed, out);
        }
        out.delimit(DocumentChange.DOCUMENT_FIELD_NUMBER, ids.length);
        out.delimit(ListenResponse.DOCUMENT_CHANGE_FIELD_NUMBER, 0);
        return UnsafeByteOperations.unsafeWrap(out.bytes());
    }
}
