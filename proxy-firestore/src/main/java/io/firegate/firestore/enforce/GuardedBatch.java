package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchWriteRequest;
import com.google.firestore.v1.BatchWriteResponse;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.Write;
import com.google.firestore.v1.WriteResult;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import io.firegate.firestore.fields.ClientWrite;
import io.firegate.firestore.guard.SimulatedDocument;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A guarded BatchWrite: each write is read, judged and answered for itself, and only one whose pin was lost is tried again. Writes that
 * look something up come after the others, each in a transaction of its own.
 */
final class GuardedBatch extends GuardedCall implements GuardedCall.Ends {
    private static final int STATUS_UNAVAILABLE = 14;

    private final BatchWriteRequest request;
    private final List<@Nullable WriteTerms> terms;
    private final NavigableMap<Integer, GuardedCall> apart;
    /** Where each of them stands. */
    private final List<Integer> places;

    private final BitSet hidden;
    private final WriteRefusals texts;
    private final List<Decision.Deny> refused;
    /** The grants that what is stored decides about, by a text as in {@link WriteJudge}. */
    private final Set<String> onTerms = new HashSet<>();

    private final BitSet unseen = new BitSet();
    private final List<@Nullable Status> statuses;
    private final List<WriteResult> results = new ArrayList<>();
    /** The writes under way, in the order they were sent in. */
    private final List<Integer> sent = new ArrayList<>();

    private boolean reading;

    /** Whether Firestore has carried out some of the writes. */
    private boolean begun;

    /** Whether it is the turn of those that are carried out each by itself, or has been. */
    private boolean parted;

    /**
     * A guarded batch.
     *
     * @param request as the client sent it
     * @param terms one per write; null for one that nothing stored decides about
     * @param apart the writes that are carried out each by itself, by their place
     * @param statuses the refusal of a write that is refused whatever is stored; null for the others
     * @param refused those refusals
     * @param hidden the writes whose transform results are not shown
     */
    GuardedBatch(
            DatabaseName database,
            Decision.Permit permit,
            BatchWriteRequest request,
            List<@Nullable WriteTerms> terms,
            NavigableMap<Integer, GuardedCall> apart,
            List<@Nullable Status> statuses,
            List<Decision.Deny> refused,
            BitSet hidden,
            WriteRefusals texts) {
        super(FirestoreMethod.BATCH_WRITE, database, permit, request.getWritesCount(), AnswerExaminer.UNTOUCHED);
        this.request = request;
        this.terms = new ArrayList<>(terms);
        this.apart = apart;
        this.places = List.copyOf(apart.keySet());
        this.statuses = new ArrayList<>(statuses);
        this.refused = new ArrayList<>(refused);
        this.hidden = hidden;
        this.texts = texts;
        for (WriteTerms on : terms) {
            results.add(WriteResult.getDefaultInstance());
            if (on != null) {
                on.grants().forEach(grant -> onTerms.add(WriteJudge.key(grant)));
            }
        }
        for (GuardedCall each : apart.values()) {
            each.permit().grants().forEach(grant -> onTerms.add(WriteJudge.key(grant)));
        }
    }

    /** Where a limited write names no field; null when none does. */
    @Nullable
    String unreadable() {
        for (int i = 0; i < terms.size(); i++) {
            WriteTerms on = terms.get(i);
            String place = on == null || !on.asksWhatComes()
                    ? null
                    : ClientWrite.of(request.getWrites(i)).unreadable();
            if (place != null) {
                return "writes[" + i + "]." + place;
            }
        }
        return null;
    }

    private boolean isOpen(int i) {
        return statuses.get(i) == null && !apart.containsKey(i);
    }

    private Set<String> asked() {
        Set<String> asked = new LinkedHashSet<>();
        for (int i = 0; i < terms.size(); i++) {
            WriteTerms on = terms.get(i);
            if (isOpen(i) && on != null && on.asksWhatIsStored()) {
                asked.add(name(on.intent()));
            }
        }
        return asked;
    }

    @Override
    public Turn begin() {
        for (int i = 0; i < terms.size(); i++) {
            WriteTerms on = terms.get(i);
            Decision.Deny anyway = on == null || !isOpen(i) ? null : WriteJudge.refusedAnyway(on, request.getWrites(i));
            if (anyway != null) {
                refused.add(anyway);
                statuses.set(i, status(texts.status(anyway)));
            }
        }
        Set<String> asked = asked();
        if (asked.isEmpty()) {
            return judge(Map.of());
        }
        reading = true;
        return read(asked, com.google.protobuf.ByteString.EMPTY);
    }

    @Override
    public Turn answered(List<byte[]> messages, int status) {
        if (status != STATUS_OK) {
            return begun ? unanswered(status) : Turn.Relay.INSTANCE;
        }
        if (reading) {
            reading = false;
            Map<String, SimulatedDocument> documents = documents(messages, asked());
            return documents == null ? Turn.Broken.INSTANCE : judge(documents);
        }
        begun = true;
        BatchWriteResponse answer;
        try {
            answer = messages.size() == 1 ? BatchWriteResponse.parseFrom(messages.get(0)) : null;
        } catch (InvalidProtocolBufferException e) {
            answer = null;
        }
        if (answer == null || answer.getStatusCount() != sent.size() || answer.getWriteResultsCount() != sent.size()) {
            return Turn.Broken.INSTANCE;
        }
        boolean lost = false;
        for (int k = 0; k < sent.size(); k++) {
            int i = sent.get(k);
            WriteTerms on = terms.get(i);
            if (on != null
                    && on.asksWhatIsStored()
                    && isLostPin(answer.getStatus(k).getCode())) {
                lost = true;
            } else if (on != null && answer.getStatus(k).getCode() == STATUS_ALREADY_EXISTS) {
                statuses.set(i, status(texts.status(WriteCondition.DOCUMENT_EXISTS)));
            } else {
                WriteResult result = answer.getWriteResults(k);
                results.set(i, shown(i, result));
                statuses.set(i, answer.getStatus(k));
            }
        }
        if (!lost) {
            return whole();
        }
        Turn.Pause pause = pause();
        if (pause != null) {
            return pause;
        }
        for (int i = 0; i < terms.size(); i++) {
            if (isOpen(i)) {
                statuses.set(i, status(texts.status(WriteCondition.CONTENTION)));
            }
        }
        return whole();
    }

    private WriteResult shown(int i, WriteResult result) {
        if (unseen.get(i)) {
            return WriteResult.getDefaultInstance();
        }
        return hidden.get(i) ? CommitExaminer.withoutResults(result) : result;
    }

    @Override
    public @Nullable Turn unanswered() {
        return begun ? unanswered(STATUS_UNAVAILABLE) : null;
    }

    /** Some writes are done, which a failure of the whole would deny: only those still open have failed. */
    private Turn unanswered(int status) {
        for (int i = 0; i < terms.size(); i++) {
            if (isOpen(i)) {
                statuses.set(
                        i,
                        Status.newBuilder()
                                .setCode(status)
                                .setMessage("firegate: not tried again, Firestore failed")
                                .build());
            }
        }
        return whole();
    }

    private Turn judge(Map<String, SimulatedDocument> documents) {
        sent.clear();
        BatchWriteRequest.Builder forwarded = request.toBuilder().clearWrites();
        WriteJudge judge = new WriteJudge(new HashMap<>(documents));
        for (int i = 0; i < terms.size(); i++) {
            WriteTerms on = terms.get(i);
            if (!isOpen(i)) {
                continue;
            }
            if (on == null) {
                sent.add(i);
                forwarded.addWrites(request.getWrites(i));
                continue;
            }
            switch (judge.judge(on, name(on.intent()), request.getWrites(i))) {
                case WriteJudge.Verdict.Forward(Write write) -> {
                    sent.add(i);
                    forwarded.addWrites(write);
                    unseen.set(i, judge.isUnseen());
                }
                case WriteJudge.Verdict.Refuse(var deny) -> {
                    refused.add(deny);
                    statuses.set(i, status(texts.status(deny)));
                }
                case WriteJudge.Verdict.Fail(var condition) -> statuses.set(i, status(texts.status(condition)));
            }
        }
        if (sent.isEmpty()) {
            return whole();
        }
        List<Decision.Grant> grants = judge.used();
        grants.addAll(withoutTerms());
        return write(forwarded.build(), grants, refused);
    }

    private List<Decision.Grant> withoutTerms() {
        return permit().grants().stream()
                .filter(grant -> !onTerms.contains(WriteJudge.key(grant)))
                .toList();
    }

    @Override
    public void committed(int call, byte[] answer) {
        int i = places.get(call);
        try {
            results.set(i, CommitResponse.parseFrom(answer).getWriteResults(0));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what was examined does not parse", e);
        }
        statuses.set(i, Status.getDefaultInstance());
    }

    @Override
    public void failed(int call, byte[] status) {
        statuses.set(places.get(call), status(status));
    }

    @Override
    public void failed(int call, int status, String words) {
        statuses.set(
                places.get(call),
                Status.newBuilder().setCode(status).setMessage(words).build());
    }

    private static Status status(byte[] encoded) {
        try {
            return Status.parseFrom(encoded);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a status that does not parse", e);
        }
    }

    @Override
    public Turn whole() {
        if (!parted && !apart.isEmpty()) {
            parted = true;
            return new Turn.Apart(
                    List.copyOf(apart.values()),
                    new Decision.Permit(permit().credential(), withoutTerms()),
                    refused,
                    this);
        }
        BatchWriteResponse.Builder answer = BatchWriteResponse.newBuilder();
        for (int i = 0; i < terms.size(); i++) {
            Status status = statuses.get(i);
            answer.addWriteResults(results.get(i)).addStatus(status == null ? Status.getDefaultInstance() : status);
        }
        return new Turn.Answer(answer.build().toByteString(), refused);
    }
}
