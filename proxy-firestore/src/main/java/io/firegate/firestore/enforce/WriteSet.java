package io.firegate.firestore.enforce;

import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.DeleteDocumentRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.firestore.v1.Write;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.guard.SimulatedDocument;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.firestore.rows.Projection;
import io.firegate.policy.DatabaseName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writes of a request that succeeds or fails as a whole, in a form in which each can be looked at and changed.
 *
 * @param intents one per write, in the request's order
 * @param transaction Firestore's id of the transaction they are in; empty outside one
 * @param form how the request holds them
 */
record WriteSet(List<WriteIntent> intents, ByteString transaction, Form form) {
    WriteSet {
        intents = List.copyOf(intents);
    }

    /** How a request holds its writes. */
    interface Form {
        /** The writes of a request's message. */
        List<Write> writes(byte[] message) throws InvalidProtocolBufferException;

        /** The same request with other writes, as many and in the same order. */
        MessageLite with(byte[] message, List<Write> writes) throws InvalidProtocolBufferException;

        /** What stands before the name of a part of a write, in the request. */
        default String place(int write) {
            return "";
        }

        /** What is wrong with the {@code mask} of a request that Firestore does not see; null when nothing is. */
        default @Nullable RequestProblem problem(byte[] message) throws InvalidProtocolBufferException {
            return null;
        }

        /** Whether {@link #answer} is made of the document as the first write leaves it. */
        default boolean answersDocument() {
            return false;
        }

        /**
         * The client's answer.
         *
         * @param message the client's request
         * @param answered Firestore's answer to {@link #with}
         * @param left the document as the first write leaves it; null when nobody has worked it out, or {@link #answersDocument} is not so
         */
        default byte[] answer(byte[] message, byte[] answered, @Nullable SimulatedDocument left)
                throws InvalidProtocolBufferException {
            return answered;
        }
    }

    /** What stands before the name of a part of a write, in the request. */
    String place(int write) {
        return form.place(write);
    }

    /** What is wrong with a part of the request that Firestore does not see; null when nothing is. */
    @Nullable
    RequestProblem problem(byte[] message) {
        try {
            return form.problem(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what passed the walk does not parse", e);
        }
    }

    /** The same writes in a transaction firegate has begun, as a Commit whatever they came as. */
    WriteSet in(DatabaseName database, ByteString begun) {
        return new WriteSet(intents, begun, new OwnTransaction(database, begun, form));
    }

    /**
     * A Commit in a transaction of firegate's own.
     *
     * @param form how the client's request holds the writes
     */
    private record OwnTransaction(DatabaseName database, ByteString transaction, Form form) implements Form {
        @Override
        public List<Write> writes(byte[] message) throws InvalidProtocolBufferException {
            return form.writes(message);
        }

        @Override
        public MessageLite with(byte[] message, List<Write> writes) throws InvalidProtocolBufferException {
            CommitRequest.Builder commit =
                    form == Commit.INSTANCE ? CommitRequest.parseFrom(message).toBuilder() : CommitRequest.newBuilder();
            return commit.setDatabase(database.resourceName())
                    .setTransaction(transaction)
                    .clearWrites()
                    .addAllWrites(writes)
                    .build();
        }

        @Override
        public String place(int write) {
            return form.place(write);
        }

        @Override
        public byte[] answer(byte[] message, byte[] answered, @Nullable SimulatedDocument left)
                throws InvalidProtocolBufferException {
            if (form == Commit.INSTANCE) {
                return answered;
            }
            if (form == Delete.INSTANCE) {
                return Empty.getDefaultInstance().toByteArray();
            }
            if (left == null) {
                throw new IllegalStateException("what is left has been worked out");
            }
            Timestamp at = CommitResponse.parseFrom(answered).getWriteResults(0).getUpdateTime();
            Document document = left.document().toBuilder()
                    .setCreateTime(left.isStored() ? left.createTime() : at)
                    .setUpdateTime(at)
                    .build();
            DocumentMask mask = mask(message);
            Projection cut = mask == null ? null : Projection.of(mask.getFieldPathsList());
            byte[] whole = document.toByteArray();
            DocumentBytes written = cut == null ? null : DocumentBytes.of(whole);
            return cut == null || written == null
                    ? whole
                    : VisibleFields.only(cut.paths()).redact(written);
        }

        @Override
        public boolean answersDocument() {
            return form instanceof Create || form == Update.INSTANCE;
        }

        @Override
        public @Nullable RequestProblem problem(byte[] message) throws InvalidProtocolBufferException {
            DocumentMask mask = mask(message);
            if (mask == null) {
                return null;
            }
            if (Projection.isTooLong(mask.getFieldPathsCount())) {
                return RequestProblem.TOO_MANY_PATHS;
            }
            return Projection.of(mask.getFieldPathsList()) == null ? RequestProblem.BAD_FIELD_PATH : null;
        }

        /** Which fields the client wants answered, which a Commit cannot say; null for all. */
        private @Nullable DocumentMask mask(byte[] message) throws InvalidProtocolBufferException {
            if (form instanceof Create) {
                CreateDocumentRequest request = CreateDocumentRequest.parseFrom(message);
                return request.hasMask() ? request.getMask() : null;
            }
            if (form == Update.INSTANCE) {
                UpdateDocumentRequest request = UpdateDocumentRequest.parseFrom(message);
                return request.hasMask() ? request.getMask() : null;
            }
            return null;
        }
    }

    /** Commit. */
    enum Commit implements Form {
        INSTANCE;

        @Override
        public String place(int write) {
            return "writes[" + write + "].";
        }

        @Override
        public List<Write> writes(byte[] message) throws InvalidProtocolBufferException {
            return CommitRequest.parseFrom(message).getWritesList();
        }

        @Override
        public MessageLite with(byte[] message, List<Write> writes) throws InvalidProtocolBufferException {
            return CommitRequest.parseFrom(message).toBuilder()
                    .clearWrites()
                    .addAllWrites(writes)
                    .build();
        }
    }

    /** CreateDocument, whose one write has the precondition that nothing is there. */
    record Create(String name) implements Form {
        @Override
        public List<Write> writes(byte[] message) throws InvalidProtocolBufferException {
            Write.Builder write = Write.newBuilder();
            write.setUpdate(CreateDocumentRequest.parseFrom(message).getDocument().toBuilder()
                    .setName(name));
            write.getCurrentDocumentBuilder().setExists(false);
            return List.of(write.build());
        }

        @Override
        public MessageLite with(byte[] message, List<Write> writes) throws InvalidProtocolBufferException {
            CreateDocumentRequest.Builder request = CreateDocumentRequest.parseFrom(message).toBuilder();
            request.setDocument(writes.get(0).getUpdate().toBuilder().clearName());
            return request.build();
        }
    }

    /** UpdateDocument. */
    enum Update implements Form {
        INSTANCE;

        @Override
        public List<Write> writes(byte[] message) throws InvalidProtocolBufferException {
            UpdateDocumentRequest request = UpdateDocumentRequest.parseFrom(message);
            Write.Builder write = Write.newBuilder().setUpdate(request.getDocument());
            if (request.hasUpdateMask()) {
                write.setUpdateMask(request.getUpdateMask());
            }
            if (request.hasCurrentDocument()) {
                write.setCurrentDocument(request.getCurrentDocument());
            }
            return List.of(write.build());
        }

        @Override
        public MessageLite with(byte[] message, List<Write> writes) throws InvalidProtocolBufferException {
            Write write = writes.get(0);
            UpdateDocumentRequest.Builder request =
                    UpdateDocumentRequest.parseFrom(message).toBuilder().setDocument(write.getUpdate());
            if (write.hasUpdateMask()) {
                request.setUpdateMask(write.getUpdateMask());
            }
            return request.setCurrentDocument(write.getCurrentDocument()).build();
        }
    }

    /** DeleteDocument. */
    enum Delete implements Form {
        INSTANCE;

        @Override
        public List<Write> writes(byte[] message) throws InvalidProtocolBufferException {
            DeleteDocumentRequest request = DeleteDocumentRequest.parseFrom(message);
            Write.Builder write = Write.newBuilder().setDelete(request.getName());
            if (request.hasCurrentDocument()) {
                write.setCurrentDocument(request.getCurrentDocument());
            }
            return List.of(write.build());
        }

        @Override
        public MessageLite with(byte[] message, List<Write> writes) throws InvalidProtocolBufferException {
            return DeleteDocumentRequest.parseFrom(message).toBuilder()
                    .setCurrentDocument(writes.get(0).getCurrentDocument())
                    .build();
        }
    }
}
