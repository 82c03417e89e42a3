package io.firegate.firestore.enforce;

import com.google.firestore.v1.ListCollectionIdsResponse;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Leaves out the ids of collections that are not open to the caller, so that a page may be shorter than Firestore's, even empty. */
final class CollectionIdsExaminer extends AnswerExaminer {
    private final Predicate<String> open;
    private final AnswerType.Sealing sealing;

    /**
     * An examiner.
     *
     * @param open whether a collection id may be shown
     * @param sealing makes the caller's page token of Firestore's; null when that cannot be
     */
    CollectionIdsExaminer(Predicate<String> open, AnswerType.Sealing sealing) {
        this.open = open;
        this.sealing = sealing;
    }

    @Override
    public byte @Nullable [] examine(byte[] message) {
        ListCollectionIdsResponse answer;
        try {
            answer = ListCollectionIdsResponse.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
        ListCollectionIdsResponse.Builder fit = ListCollectionIdsResponse.newBuilder();
        for (String id : answer.getCollectionIdsList()) {
            if (open.test(id)) {
                fit.addCollectionIds(id);
            }
        }
        if (!answer.getNextPageToken().isEmpty()) {
            if (!(sealing.seal(answer.getNextPageToken()) instanceof String sealed)) {
                return null;
            }
            fit.setNextPageToken(sealed);
        }
        return fit.build().toByteArray();
    }
}
