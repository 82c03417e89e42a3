package io.firegate.firestore.enforce;

import com.google.firestore.v1.ListCollectionIdsResponse;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.function.Predicate;

/**
 * Leaves out the ids of collections that are not open to the caller, and cuts what is left into pages of the size the caller asked for: a
 * page that is shorter for what was left out would tell of it.
 */
final class CollectionIdsExaminer extends AnswerExaminer {
    private final Predicate<String> open;
    private final int size;
    private final CollectionIdsPage page;
    private final AnswerType.Sealing sealing;

    /**
     * An examiner.
     *
     * @param open whether a collection id may be shown
     * @param size most ids of a page
     * @param page where it begins
     * @param sealing makes the caller's page token of what stands in it; null when that cannot be
     */
    CollectionIdsExaminer(Predicate<String> open, int size, CollectionIdsPage page, AnswerType.Sealing sealing) {
        this.open = open;
        this.size = size;
        this.page = page;
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
        List<String> left = answer.getCollectionIdsList().stream()
                .filter(id -> id.compareTo(page.after()) > 0 && open.test(id))
                .sorted()
                .toList();
        List<String> shown = left.subList(0, Math.min(size, left.size()));
        ListCollectionIdsResponse.Builder fit =
                ListCollectionIdsResponse.newBuilder().addAllCollectionIds(shown);
        CollectionIdsPage next = shown.size() < left.size()
                ? new CollectionIdsPage(page.upstream(), shown.get(shown.size() - 1))
                : answer.getNextPageToken().isEmpty() ? null : new CollectionIdsPage(answer.getNextPageToken(), "");
        if (next != null) {
            if (!(sealing.seal(next.text()) instanceof String sealed)) {
                return Examined.NotAnAnswer.INSTANCE;
            }
            fit.setNextPageToken(sealed);
        }
        return new Examined.Send(fit.build().toByteArray());
    }
}
