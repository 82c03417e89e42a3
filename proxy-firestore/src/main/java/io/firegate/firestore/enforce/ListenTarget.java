package io.firegate.firestore.enforce;

import com.google.protobuf.Timestamp;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.handle.SealedResumeToken;
import io.firegate.policy.Decision;
import io.firegate.policy.Obligations;
import io.firegate.policy.condition.RowPredicate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    /** The documents that were asked for, by name; none of a query, or when nothing of them is hidden. */
    private final Map<String, Named> named;

    private final boolean judges;
    private final VisibleFields queried;

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
        Map<String, RowPredicate> rows = verdict.rows();
        Map<String, VisibleFields> fields = verdict.fields();
        this.repeated = ask.isQuery() && !rows.isEmpty() ? new RepeatedSet(start != Start.RESUMED) : null;
        this.judges = !ask.isQuery() && !rows.isEmpty();
        this.named = ask.isQuery() || (rows.isEmpty() && fields.isEmpty()) ? Map.of() : named(rows, fields);
        this.queried =
                ask.isQuery() && !fields.isEmpty() ? fields.values().iterator().next() : VisibleFields.ALL;
    }

    /** A document that was asked for by its name. */
    private static final class Named {
        /** What it must meet to be seen; null for nothing. */
        final @Nullable RowPredicate condition;

        final VisibleFields visible;

        /** What the client has been told of it: {@link Absent}, the version that is there, or null for nothing yet. */
        @Nullable
        Object told;

        Named(@Nullable RowPredicate condition, VisibleFields visible) {
            this.condition = condition;
            this.visible = visible;
        }
    }

    /** A document that is not there for the caller. */
    private enum Absent {
        /** That is to be told with the next moment Firestore names. */
        WAITING,
        /** That has been told. */
        TOLD
    }

    /** All of them, those too that are not judged: Firestore tells them again when another one has changed. */
    private Map<String, Named> named(Map<String, RowPredicate> rows, Map<String, VisibleFields> fields) {
        String root = root();
        Map<String, Named> all = new HashMap<>();
        for (Decision.Grant grant : permit.grants()) {
            String path = grant.access().resource().toString();
            all.put(root + path, new Named(rows.get(path), fields.getOrDefault(path, VisibleFields.ALL)));
        }
        // Nearly always one, and then a map of one is a fifth of the size.
        return Map.copyOf(all);
    }

    private String root() {
        return ask.database().resourceName() + "/documents";
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
        return judges;
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
        Named asked = named.get(document);
        return asked == null ? null : asked.condition;
    }

    VisibleFields visible(String document) {
        Named asked = named.get(document);
        return asked == null ? queried : asked.visible;
    }

    /** Whether it is one of the documents that were asked for; true of every document of a query. */
    boolean asksFor(String document) {
        if (ask.isQuery()) {
            return true;
        }
        String root = root();
        for (Decision.Grant grant : permit.grants()) {
            if (document.equals(root + grant.access().resource())) {
                return true;
            }
        }
        return false;
    }

    /** A judged document is not there for the caller. */
    void gone(String document) {
        Named asked = named.get(document);
        if (asked != null && asked.told != Absent.TOLD) {
            asked.told = Absent.WAITING;
        }
    }

    /**
     * A document is there and may be shown: false when just this version of it has been. Firestore tells all of a target's documents again
     * when one of them has changed, which would tell of a change that is hidden.
     */
    boolean shows(String name, Timestamp version) {
        Named asked = judges ? named.get(name) : null;
        if (asked != null) {
            if (version.equals(asked.told)) {
                return false;
            }
            asked.told = version;
        }
        documents++;
        return true;
    }

    /** Those that are not there and have not been told to be so; from now on they have. */
    List<String> takeMissing() {
        if (!judges) {
            return List.of();
        }
        List<String> taken = new ArrayList<>(0);
        named.forEach((name, asked) -> {
            if (asked.told == Absent.WAITING) {
                asked.told = Absent.TOLD;
                taken.add(name);
            }
        });
        // By name: in which order Firestore tells of them depends on whether they are there.
        Collections.sort(taken);
        return taken;
    }

    /** The client forgets what it has. */
    void reset() {
        named.values().forEach(asked -> asked.told = null);
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
        for (Named asked : named.values()) {
            if (asked.told == Absent.WAITING) {
                asked.told = null;
            }
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
