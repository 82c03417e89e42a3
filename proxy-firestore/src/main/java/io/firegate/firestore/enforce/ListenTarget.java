package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.protobuf.Timestamp;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.handle.SealedResumeToken;
import io.firegate.policy.Decision;
import io.firegate.policy.Obligations;
import io.firegate.policy.condition.RowPredicate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A target that is listened to under its permit. Belongs to its stream.
 *
 * <p>A query has been narrowed to the rows its permit allows, so that what Firestore says about it is true for the caller. Documents
 * are judged one by one as they come: one that may not be seen is told as one that is not there, in the same words and at the same time.
 */
final class ListenTarget {
    /** Where a target begins. */
    enum Start {
        /** With nothing. */
        NEW,
        /** Where the client stood. */
        RESUMED,
        /** With nothing, so that a client that has a picture must forget it when Firestore has taken the target. */
        AFRESH
    }

    private final TargetAsk.Kept ask;
    private final int upstreamId;
    private final Decision.Permit permit;
    private final SealedResumeToken.Target handle;
    private final Map<String, RowPredicate> rows;
    private final Map<String, VisibleFields> fields;
    private final VisibleFields queried;

    /** Of a target whose documents are judged; null of any other. */
    private final @Nullable Told told;
    /** Of a query that has been narrowed; null of any other target. */
    private final @Nullable RepeatedSet repeated;

    private boolean resetDue;
    private boolean removing;
    private boolean toldOfItsEnd;
    private long documents;

    /**
     * A target.
     *
     * @param upstreamId its name towards Firestore, which no other target of the stream ever had
     * @param verdict the permit
     * @param start where it begins
     */
    ListenTarget(
            TargetAsk.Kept ask, int upstreamId, Plan.Verdict verdict, SealedResumeToken.Target handle, Start start) {
        this.ask = ask;
        this.upstreamId = upstreamId;
        this.permit = verdict.permit();
        this.handle = handle;
        this.resetDue = start == Start.AFRESH;
        String root = ask.database().resourceName() + "/documents";
        this.repeated = ask.isQuery() && !verdict.rows().isEmpty() ? new RepeatedSet(start != Start.RESUMED) : null;
        this.rows = ask.isQuery() ? Map.of() : named(root, verdict.rows());
        this.told = rows.isEmpty() ? null : new Told();
        Map<String, VisibleFields> visible = verdict.fields();
        this.fields = ask.isQuery() ? Map.of() : named(root, visible);
        this.queried = ask.isQuery() && !visible.isEmpty()
                ? visible.values().iterator().next()
                : VisibleFields.ALL;
    }

    /** What the client has been told of documents that are judged one by one. */
    private static final class Told {
        /** The names of those that are not there for the caller, and have been told to be so. */
        final Set<String> missing = new HashSet<>();
        /** Those that are there, and which version of them has been told. */
        final Map<String, Timestamp> at = new HashMap<>();
        /** Those that are not there and wait to be told so, with the next moment Firestore names. */
        final Set<String> waiting = new HashSet<>();
    }

    private static <T> Map<String, T> named(String root, Map<String, T> byPath) {
        if (byPath.isEmpty()) {
            return Map.of();
        }
        Map<String, T> byName = new HashMap<>();
        byPath.forEach((path, value) -> byName.put(root + path, value));
        return byName;
    }

    TargetAsk.Kept ask() {
        return ask;
    }

    /** The client's name for it. */
    int id() {
        return ask.id();
    }

    int upstreamId() {
        return upstreamId;
    }

    Decision.Permit permit() {
        return permit;
    }

    SealedResumeToken.Target handle() {
        return handle;
    }

    /** Whether documents are judged as they come, so that what Firestore counts is not what the caller sees. */
    boolean judges() {
        return !rows.isEmpty();
    }

    /** Whether Firestore's words could tell of what is hidden. */
    boolean withholdsWords() {
        for (Decision.Grant grant : permit.grants()) {
            Obligations demanded = grant.obligations();
            if (!demanded.rows().equals(Obligations.NONE.rows())
                    || !demanded.fields().equals(Obligations.NONE.fields())) {
                return true;
            }
        }
        return false;
    }

    /** What keeps a set from being told twice; null where what is told is never hidden from the client as a whole. */
    @Nullable
    RepeatedSet repeated() {
        return repeated;
    }

    /** What a document must meet to be seen; null when it need meet nothing. */
    @Nullable
    RowPredicate condition(String document) {
        return rows.get(document);
    }

    VisibleFields visible(String document) {
        return ask.isQuery() ? queried : fields.getOrDefault(document, VisibleFields.ALL);
    }

    /** Whether it is one of the documents that were asked for; true of every document of a query. */
    boolean asksFor(String document) {
        String root = ask.database().resourceName() + "/documents";
        if (ask.isQuery()) {
            return true;
        }
        for (Decision.Grant grant : permit.grants()) {
            if (document.equals(root + grant.access().resource())) {
                return true;
            }
        }
        return false;
    }

    /** A judged document is not there for the caller. */
    void gone(String document) {
        if (told != null) {
            told.at.remove(document);
            if (!told.missing.contains(document)) {
                told.waiting.add(document);
            }
        }
    }

    /**
     * A document is there and may be shown: false when just this version of it has been. Firestore tells all of a target's documents again
     * when one of them has changed, which would tell of a change that is hidden.
     */
    boolean shows(Document document) {
        if (told != null) {
            String name = document.getName();
            if (document.getUpdateTime().equals(told.at.put(name, document.getUpdateTime()))) {
                return false;
            }
            told.missing.remove(name);
            told.waiting.remove(name);
        }
        documents++;
        return true;
    }

    /** Those that are not there and have not been told to be so; from now on they have. */
    List<String> takeMissing() {
        if (told == null) {
            return List.of();
        }
        // By name: in which order Firestore tells of them depends on whether they are there.
        List<String> taken = told.waiting.stream().sorted().toList();
        told.missing.addAll(taken);
        told.waiting.clear();
        return taken;
    }

    /** The client forgets what it has. */
    void reset() {
        if (told != null) {
            told.missing.clear();
            told.at.clear();
            told.waiting.clear();
        }
    }

    /** Whether the client must be told to forget what it has; true once. */
    boolean takeResetDue() {
        boolean due = resetDue;
        resetDue = false;
        return due;
    }

    /**
     * It is wanted no more.
     *
     * @param byFiregate whether the client is told by firegate, and not by Firestore's answer
     */
    void remove(boolean byFiregate) {
        removing = true;
        toldOfItsEnd = byFiregate;
        if (told != null) {
            told.waiting.clear();
        }
    }

    /** Whether Firestore's answer to its removal would be one end too many. */
    boolean isToldOfItsEnd() {
        return toldOfItsEnd;
    }

    /** Whether nothing but its end is of interest. */
    boolean isRemoving() {
        return removing;
    }

    /** How many documents the client has been shown, each as often as it was. */
    long documents() {
        return documents;
    }
}
