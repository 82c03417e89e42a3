package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchWriteRequest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import io.firegate.firestore.wire.Edit;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts on writes that are judged each for itself. The first permitted one settles the credential of the call, and writes
 * that need another are refused like any other.
 */
final class WriteByWrite {
    /** Where the only write of a Commit stands. */
    private static final String FIRST = "writes[0]";

    private final DatabaseName database;
    private final Caller caller;
    private final WriteRefusals texts;
    private final List<Decision.Grant> grants = new ArrayList<>();
    private final List<Decision.Deny> denied = new ArrayList<>();
    private final List<@Nullable Status> statuses = new ArrayList<>();
    private final List<Edit> edits = new ArrayList<>();
    private final BitSet hidden = new BitSet();
    private final List<@Nullable WriteTerms> guarded = new ArrayList<>();
    /** The writes that are carried out each in a transaction of its own, by their place. */
    private final NavigableMap<Integer, GuardedCall> apart = new TreeMap<>();

    private final Alone alone;
    private final boolean undecodable;
    private boolean tooLarge;
    private @Nullable String credential;
    private Decision.@Nullable Deny whole;
    private Admission.@Nullable Invalid invalid;

    /** Judges one of the writes as the only one of a Commit. */
    @FunctionalInterface
    interface Alone {
        Admission judge(int index, Caller caller);
    }

    private WriteByWrite(DatabaseName database, Caller caller, boolean undecodable, WriteRefusals texts, Alone alone) {
        this.database = database;
        this.caller = caller;
        this.undecodable = undecodable;
        this.texts = texts;
        this.alone = alone;
    }

    /**
     * Judges them.
     *
     * @param undecodable whether the request has more parts than one may have that is decoded
     */
    static WriteByWrite judge(
            Reading.WriteByWrite reading, Caller caller, boolean undecodable, WriteRefusals texts, Alone alone) {
        WriteByWrite verdicts = new WriteByWrite(reading.database(), caller, undecodable, texts, alone);
        if (reading.writes().isEmpty()) {
            verdicts.judgeNothing();
        }
        for (int i = 0; i < reading.writes().size() && verdicts.whole == null && !verdicts.tooLarge; i++) {
            verdicts.judge(i, reading.writes().get(i));
        }
        return verdicts;
    }

    /** A request without writes is a call without a path. */
    private void judgeNothing() {
        switch (caller.decide(database, List.of(), null)) {
            case Decision.Permit permit -> credential = permit.credential();
            case Decision.Deny deny -> whole = deny;
        }
    }

    private void judge(int index, OneWrite write) {
        Resource document = new Resource.Document(write.path());
        switch (decide(Access.of(write.operation(), document))) {
            case Decision.Deny deny -> {
                WriteTerms.Verdict.On on = on(write, deny);
                if (on == null) {
                    refuse(write, deny);
                } else if (undecodable) {
                    tooLarge = true;
                } else if (looksUp(on.terms())) {
                    apart(index, write, on);
                } else {
                    WriteTerms terms = on.terms();
                    credential = on.credential();
                    grants.addAll(terms.grants());
                    statuses.add(null);
                    guarded.add(terms);
                    // What it makes of stored values is shown to nobody whose view of them is limited.
                    boolean shown = !write.reveals();
                    if (!shown && decide(Access.of(Operation.GET, document)) instanceof Decision.Permit read) {
                        shown = true;
                        grants.addAll(read.grants());
                    }
                    hidden.set(index, !shown);
                }
            }
            case Decision.Permit permit -> {
                boolean shown = !write.reveals();
                List<Decision.Grant> reading = List.of();
                if (!shown) {
                    switch (decide(Access.of(Operation.GET, document), permit.credential())) {
                        case Decision.Permit read -> {
                            shown = true;
                            reading = read.grants();
                        }
                        case Decision.Deny deny -> {
                            if (deny.reason() == DenyReason.MIXED_CREDENTIALS) {
                                refuse(write, deny);
                                return;
                            }
                        }
                    }
                }
                credential = permit.credential();
                grants.addAll(permit.grants());
                grants.addAll(reading);
                statuses.add(null);
                guarded.add(null);
                hidden.set(index, !shown);
            }
        }
    }

    /** On which terms a write is permitted that the request alone does not settle; null when it is refused all the same. */
    private WriteTerms.Verdict.@Nullable On on(OneWrite write, Decision.Deny deny) {
        if (deny.reason() != DenyReason.UNENFORCEABLE) {
            return null;
        }
        WriteAccesses accesses = new WriteAccesses(database, credential);
        return WriteTerms.of(write.intent(false), caller.apart(), accesses) instanceof WriteTerms.Verdict.On on
                ? on
                : null;
    }

    private static boolean looksUp(WriteTerms terms) {
        return terms.grants().stream()
                .anyMatch(grant -> Demand.of(grant.obligations()).contains(Demand.LOOKUPS));
    }

    /** What it looks up and what it writes must not change in between, so it has a transaction of its own. */
    private void apart(int index, OneWrite write, WriteTerms.Verdict.On on) {
        switch (alone.judge(index, new Caller.Bound(caller.apart(), on.credential()))) {
            case Admission.Guarded(var call) -> {
                credential = on.credential();
                apart.put(index, call);
                grants.addAll(on.terms().grants());
                statuses.add(null);
                guarded.add(null);
            }
            case Admission.Denied denied -> refuse(write, denied.deny());
            case Admission.Invalid(var problem, var place) -> {
                if (invalid == null) {
                    invalid = new Admission.Invalid(problem, place == null ? null : inBatch(place, index));
                }
                statuses.add(null);
                guarded.add(null);
            }
            case Admission other -> throw new IllegalStateException("one write comes to something else alone");
        }
    }

    /** A place of a Commit of the one write, as a place of the batch. */
    private static String inBatch(String place, int index) {
        return place.startsWith(FIRST) ? "writes[" + index + "]" + place.substring(FIRST.length()) : place;
    }

    /** What is wrong with the first write that says nothing that could be judged, and so with the request; null when nothing is. */
    Admission.@Nullable Invalid invalid() {
        return invalid;
    }

    private Decision.Settled decide(Access access) {
        return decide(access, credential);
    }

    private Decision.Settled decide(Access access, @Nullable String bound) {
        return Demand.enforceable(caller.apart().decide(database, List.of(access), bound), Set.of());
    }

    private void refuse(OneWrite write, Decision.Deny deny) {
        if (deny.refused() == null) {
            // Not this write but the caller as a whole.
            whole = deny;
            return;
        }
        denied.add(deny);
        guarded.add(null);
        edits.add(Edit.remove(write.field()));
        try {
            statuses.add(Status.parseFrom(texts.status(deny)));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a status that does not parse", e);
        }
    }

    /** Whether it would have to be decoded and has too many parts for that; nothing else is known then. */
    boolean isTooLarge() {
        return tooLarge;
    }

    /** Why the caller as a whole is refused, or null. */
    Decision.@Nullable Deny whole() {
        return whole;
    }

    /** What is permitted; null when nothing is. */
    Decision.@Nullable Permit permit() {
        return credential == null ? null : new Decision.Permit(credential, grants);
    }

    /** What is refused, in the request's order. */
    List<Decision.Deny> denied() {
        return denied;
    }

    /** The same writes taking turns with Firestore; null when nothing stored decides about any. */
    @Nullable
    GuardedBatch guarded(byte[] message) {
        Decision.Permit permit = permit();
        if (permit == null || (apart.isEmpty() && guarded.stream().allMatch(terms -> terms == null))) {
            return null;
        }
        try {
            return new GuardedBatch(
                    database,
                    permit,
                    BatchWriteRequest.parseFrom(message),
                    guarded,
                    apart,
                    statuses,
                    denied,
                    hidden,
                    texts);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what passed the walk does not parse", e);
        }
    }

    /** Takes the refused writes out of the request. */
    List<Edit> edits() {
        return edits;
    }

    /** What the answer must pass. */
    AnswerExaminer examiner() {
        return denied.isEmpty() && hidden.isEmpty() ? AnswerExaminer.UNTOUCHED : merging();
    }

    BatchWriteExaminer merging() {
        return new BatchWriteExaminer(statuses, hidden);
    }
}
