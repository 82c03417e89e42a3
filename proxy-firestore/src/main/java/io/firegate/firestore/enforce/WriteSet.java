package io.firegate.firestore.enforce;

import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.DeleteDocumentRequest;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.firestore.v1.Write;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import java.util.List;

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
    }

    /** Commit. */
    enum Commit implements Form {
        INSTANCE;

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
