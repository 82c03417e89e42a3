package io.firegate.firestore.enforce;

import com.google.firestore.v1.DocumentChange;
import com.google.firestore.v1.DocumentDelete;
import com.google.firestore.v1.DocumentRemove;
import com.google.firestore.v1.ExistenceFilter;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.TargetChange;
import com.google.firestore.v1.TargetChange.TargetChangeType;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.rpc.Status;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.handle.HandleSealer;
import io.firegate.firestore.handle.SealedResumeToken;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.policy.Principal;
import io.firegate.policy.condition.RowPredicate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rewrites what Firestore says on a Listen stream into what the client may hear. Belongs to its stream.
 *
 * <p>What is hidden makes no sound: not even the moment at which nothing seems to have happened.
 */
final class ListenAnswers {
    private static final int UNAVAILABLE = 14;
    private static final int PERMISSION_DENIED = 7;
    private static final int UNAUTHENTICATED = 16;

    private final HandleSealer sealer;
    private final Principal principal;
    private final Map<Integer, ListenTarget> byUpstreamId;
    private final ListenLookups lookups;
    /** What comes of the message at hand. */
    private List<ByteString> out = List.of();

    private List<ListenAnswer.Ended> ended = List.of();
    /** Since the client was last told of a moment at which all is consistent. */
    private boolean told;

    private boolean kept;

    ListenAnswers(
            HandleSealer sealer, Principal principal, Map<Integer, ListenTarget> byUpstreamId, ListenLookups lookups) {
        this.sealer = sealer;
        this.principal = principal;
        this.byUpstreamId = byUpstreamId;
        this.lookups = lookups;
    }

    /**
     * What comes of one message.
     *
     * @throws InvalidProtocolBufferException when it is none
     */
    ListenAnswer of(byte[] message) throws InvalidProtocolBufferException {
        HeardMessage heard = HeardMessage.of(message);
        ListenResponse response = heard.response();
        out = new ArrayList<>();
        ended = new ArrayList<>();
        kept |= lookups.concernedBy(response);
        switch (response.getResponseTypeCase()) {
            case TARGET_CHANGE -> changed(response.getTargetChange());
            case DOCUMENT_CHANGE -> changed(response.getDocumentChange(), heard);
            case DOCUMENT_DELETE -> deleted(response.getDocumentDelete());
            case DOCUMENT_REMOVE -> removed(response.getDocumentRemove());
            case FILTER -> filtered(response.getFilter());
            case RESPONSETYPE_NOT_SET -> {
                // Nothing firegate knows, so nothing a client is shown.
            }
        }
        ListenAnswer answer = new ListenAnswer(out, ended);
        // Between messages, which is nearly always, nothing is held.
        out = List.of();
        ended = List.of();
        return answer;
    }

    private void changed(TargetChange change) {
        if (change.getTargetIdsCount() == 0) {
            global(change);
            return;
        }
        for (int upstreamId : change.getTargetIdsList()) {
            ListenTarget target = byUpstreamId.get(upstreamId);
            if (target != null) {
                changed(target, change);
            }
        }
    }

    private void changed(ListenTarget target, TargetChange change) {
        TargetChangeType type = change.getTargetChangeType();
        if (type == TargetChangeType.REMOVE) {
            Status cause = change.hasCause() ? shown(target, change.getCause()) : Status.getDefaultInstance();
            ended.add(new ListenAnswer.Ended(
                    target.id(), target.upstreamId(), target.isRemoving(), cause.getCode(), target.documents()));
            if (target.isToldOfItsEnd()) {
                return;
            }
        } else if (target.isRemoving()) {
            return;
        }
        if (type == TargetChangeType.RESET) {
            target.reset();
        }
        if (change.hasReadTime()) {
            tellMissing(target, change.getReadTime());
        }
        RepeatedSet repeated = target.repeated();
        if (repeated != null && !tells(repeated, type)) {
            kept = true;
            return;
        }
        TargetChange.Builder shown = change.toBuilder().clearTargetIds().addTargetIds(target.id());
        if (change.hasCause()) {
            shown.setCause(shown(target, change.getCause()));
        }
        send(target, shown);
        if (type == TargetChangeType.ADD && target.takeResetDue()) {
            send(ListenResponse.newBuilder()
                    .setTargetChange(TargetChange.newBuilder()
                            .setTargetChangeType(TargetChangeType.RESET)
                            .addTargetIds(target.id())));
        }
    }

    /** Whether a change of a narrowed query is told; what was held back before it is told first. */
    private boolean tells(RepeatedSet repeated, TargetChangeType type) {
        switch (type) {
            case ADD -> repeated.begins();
            case RESET -> {
                tellHeld(repeated);
                repeated.beginsAgain();
            }
            case CURRENT -> {
                if (repeated.isWhole()) {
                    return false;
                }
                tellHeld(repeated);
            }
            case REMOVE -> tellHeld(repeated);
            case NO_CHANGE, UNRECOGNIZED -> {
                // Says nothing about documents.
            }
        }
        return true;
    }

    private void tellHeld(RepeatedSet repeated) {
        List<ByteString> held = repeated.takeHeld();
        told |= !held.isEmpty();
        out.addAll(held);
    }

    /** Tells something about the documents of a target, now or when it is known to be news. */
    private void send(ListenTarget target, ByteString response) {
        RepeatedSet repeated = target.repeated();
        if (repeated == null || !repeated.isHolding()) {
            send(response);
        } else if (!repeated.hold(response)) {
            tellHeld(repeated);
        }
    }

    /** About all targets. */
    private void global(TargetChange change) {
        List<ListenTarget> live = live();
        if (change.getTargetChangeType() != TargetChangeType.NO_CHANGE) {
            List.copyOf(byUpstreamId.values()).forEach(target -> changed(target, change));
            return;
        }
        if (live.isEmpty()) {
            // There is nobody left whom it concerns.
            return;
        }
        if (change.hasReadTime()) {
            for (ListenTarget target : live) {
                tellMissing(target, change.getReadTime());
            }
        }
        boolean silent = kept && !told;
        kept = false;
        told = false;
        if (silent) {
            // All that has happened is hidden. To the client nothing has.
            return;
        }
        ByteString token = change.getResumeToken();
        if (token.isEmpty() || live.size() == 1) {
            TargetChange.Builder shown = change.toBuilder();
            if (!token.isEmpty()) {
                shown.setResumeToken(sealed(live.get(0), token));
            }
            send(ListenResponse.newBuilder().setTargetChange(shown));
        } else {
            // A token is one target's alone, so each gets its own, and then comes the moment for all.
            for (ListenTarget target : live) {
                send(
                        target,
                        TargetChange.newBuilder()
                                .setTargetChangeType(change.getTargetChangeType())
                                .addTargetIds(target.id())
                                .setResumeToken(token));
            }
            send(ListenResponse.newBuilder().setTargetChange(change.toBuilder().clearResumeToken()));
        }
        told = false;
    }

    private List<ListenTarget> live() {
        List<ListenTarget> live = new ArrayList<>(byUpstreamId.size());
        for (ListenTarget target : byUpstreamId.values()) {
            if (!target.isRemoving()) {
                live.add(target);
            }
        }
        return live;
    }

    private void send(ListenTarget target, TargetChange.Builder change) {
        if (!change.getResumeToken().isEmpty()) {
            change.setResumeToken(sealed(target, change.getResumeToken()));
        }
        send(target, ListenResponse.newBuilder().setTargetChange(change).build().toByteString());
    }

    private ByteString sealed(ListenTarget target, ByteString token) {
        // Judged documents are never gone on with, so there is nothing a token could be good for.
        return target.judges()
                ? ByteString.EMPTY
                : new SealedResumeToken(token).seal(sealer, principal, target.handle());
    }

    /** What the client is told of the end of a target. */
    private static Status shown(ListenTarget target, Status cause) {
        if (cause.getCode() == UNAUTHENTICATED) {
            return Status.newBuilder()
                    .setCode(UNAVAILABLE)
                    .setMessage(
                            "firegate: Firestore did not accept firegate's own credential; your token is not the cause")
                    .build();
        }
        if (cause.getCode() == PERMISSION_DENIED) {
            return Status.newBuilder()
                    .setCode(PERMISSION_DENIED)
                    .setMessage("firegate: permitted by the policy, refused by Google IAM for firegate's credential")
                    .build();
        }
        AnswerEnd wordless =
                target.withholdsWords() ? AnswerEnd.withoutWords(cause.getCode(), cause.getMessage()) : null;
        return wordless == null
                ? cause
                : Status.newBuilder()
                        .setCode(wordless.status())
                        .setMessage(wordless.text())
                        .build();
    }

    private void changed(DocumentChange change, HeardMessage heard) {
        DocumentBytes document = heard.document();
        if (document == null) {
            throw new IllegalStateException("a document has changed");
        }
        String name = document.name();
        Map<VisibleFields, List<Integer>> shown = new LinkedHashMap<>();
        for (int upstreamId : change.getTargetIdsList()) {
            ListenTarget target = byUpstreamId.get(upstreamId);
            if (target == null || target.isRemoving() || !target.asksFor(name)) {
                continue;
            }
            RowPredicate condition = target.condition(name);
            if (condition != null && !condition.permits(document)) {
                gone(target, name);
                continue;
            }
            RepeatedSet repeated = target.repeated();
            if (repeated != null) {
                Timestamp at = document.updateTime();
                repeated.document(name, at);
                target.shows(name, at);
                send(target, heard.shown(document, target.visible(name), List.of(target.id())));
            } else if (target.shows(name, document.updateTime())) {
                shown.computeIfAbsent(target.visible(name), visible -> new ArrayList<>())
                        .add(target.id());
            } else {
                kept = true;
            }
        }
        // It has left these, and may have left them because its caller may not see it any more: it is gone, and not
        // shown.
        List<Integer> left = mapped(change.getRemovedTargetIdsList());
        shown.forEach((visible, targets) -> send(heard.shown(document, visible, targets)));
        if (!left.isEmpty()) {
            send(ListenResponse.newBuilder()
                    .setDocumentRemove(
                            DocumentRemove.newBuilder().setDocument(name).addAllRemovedTargetIds(left)));
        }
    }

    private void deleted(DocumentDelete delete) {
        List<Integer> left = new ArrayList<>();
        for (int upstreamId : delete.getRemovedTargetIdsList()) {
            ListenTarget target = byUpstreamId.get(upstreamId);
            if (target == null || target.isRemoving()) {
                continue;
            }
            if (target.condition(delete.getDocument()) == null) {
                disturb(target);
                left.add(target.id());
            } else {
                gone(target, delete.getDocument());
            }
        }
        if (!left.isEmpty()) {
            send(ListenResponse.newBuilder()
                    .setDocumentDelete(
                            delete.toBuilder().clearRemovedTargetIds().addAllRemovedTargetIds(left)));
        }
    }

    private void removed(DocumentRemove remove) {
        List<Integer> left = new ArrayList<>();
        for (int upstreamId : remove.getRemovedTargetIdsList()) {
            ListenTarget target = byUpstreamId.get(upstreamId);
            if (target == null || target.isRemoving()) {
                continue;
            }
            if (target.condition(remove.getDocument()) == null) {
                disturb(target);
                left.add(target.id());
            } else {
                gone(target, remove.getDocument());
            }
        }
        if (!left.isEmpty()) {
            send(ListenResponse.newBuilder()
                    .setDocumentRemove(
                            remove.toBuilder().clearRemovedTargetIds().addAllRemovedTargetIds(left)));
        }
    }

    /** A judged document is not there for the caller, for whatever reason. It is told with the next moment Firestore names. */
    private void gone(ListenTarget target, String document) {
        target.gone(document);
        kept = true;
    }

    private void tellMissing(ListenTarget target, Timestamp at) {
        for (String document : target.takeMissing()) {
            send(ListenResponse.newBuilder()
                    .setDocumentDelete(DocumentDelete.newBuilder()
                            .setDocument(document)
                            .addRemovedTargetIds(target.id())
                            .setReadTime(at)));
        }
    }

    private void filtered(ExistenceFilter filter) {
        ListenTarget target = byUpstreamId.get(filter.getTargetId());
        if (target != null && !target.isRemoving() && !target.judges()) {
            disturb(target);
            send(ListenResponse.newBuilder().setFilter(filter.toBuilder().setTargetId(target.id())));
        }
    }

    /** A document has left a set by itself, or its size is told: what has been held back comes first. */
    private void disturb(ListenTarget target) {
        RepeatedSet repeated = target.repeated();
        if (repeated != null) {
            tellHeld(repeated);
            repeated.disturbed();
        }
    }

    private List<Integer> mapped(List<Integer> upstreamIds) {
        List<Integer> ids = new ArrayList<>(upstreamIds.size());
        for (int upstreamId : upstreamIds) {
            ListenTarget target = byUpstreamId.get(upstreamId);
            if (target != null && !target.isRemoving()) {
                disturb(target);
                ids.add(target.id());
            }
        }
        return ids;
    }

    private void send(ListenResponse.Builder response) {
        send(response.build().toByteString());
    }

    private void send(ByteString response) {
        told = true;
        out.add(response);
    }

    static byte[] removed(int target, ByteString status) {
        Status cause;
        try {
            cause = Status.parseFrom(status);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a status of our own does not parse", e);
        }
        return ListenResponse.newBuilder()
                .setTargetChange(TargetChange.newBuilder()
                        .setTargetChangeType(TargetChangeType.REMOVE)
                        .addTargetIds(target)
                        .setCause(cause))
                .build()
                .toByteArray();
    }

    static byte[] heartbeat() {
        return ListenResponse.newBuilder()
                .setTargetChange(TargetChange.newBuilder().setTargetChangeType(TargetChangeType.NO_CHANGE))
                .build()
                .toByteArray();
    }
}
