package io.firegate.firestore.enforce;

import com.google.firestore.v1.ListCollectionIdsResponse;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.function.Predicate;

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
    public Examined examine(byte[] message) {
        ListCollectionIdsResponse answer;
        try {
            answer = ListCollectionIdsResponse.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return Examined.NotAnAnswer.INSTANCE;
        }
        ListCollectionIdsResponse.Builder fit = ListCollectionIdsResponse.newBuilder();
        for (String id : answer.getCollectionIdsList()) {
            if (open.test(id)) {
                fit.addCollectionIds(id);
            }
        }
        if (!answer.getNextPageToken().isEmpty()) {
            if (!(sealing.seal(answer.getNextPageToken()) instanceof String sealed)) {
                return Examined.NotAnAnswer.INSTANCE;
            }
            fit.setNextPageToken(sealed);
        }
        return new Examined.Send(fit.build().toByteArray());
    }
}
