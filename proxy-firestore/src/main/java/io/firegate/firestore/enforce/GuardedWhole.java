package io.firegate.firestore.enforce;

import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.Write;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.firestore.fields.ClientWrite;
import io.firegate.firestore.guard.SimulatedDocument;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.Operation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A guarded request that succeeds or fails as a whole: the first write that may not be done, in order, ends it. */
final class GuardedWhole extends GuardedCall {
    /** Writes of one document in one guarded request: each looks at all of it. */
    private static final int WRITES_MAX = 100;

    private final WriteSet set;
    private final byte[] message;
    private final List<WriteTerms> terms;
    private final Set<String> asked = new LinkedHashSet<>();
    /** The verifies of documents that do not exist for the caller. */
    private final BitSet unseen = new BitSet();

    /** What the one write leaves, where the answer is made of it. No other document is kept: the bytes they came in are given back. */
    private @Nullable SimulatedDocument left;

    private boolean reading;
    private boolean tooMany;

    /**
     * A guarded request.
     *
     * @param message as it would be forwarded
     * @param terms one per write
     */
    GuardedWhole(
            FirestoreMethod method,
            DatabaseName database,
            Decision.Permit permit,
            WriteSet set,
            byte[] message,
            List<WriteTerms> terms,
            AnswerExaminer answers) {
        super(method, database, permit, terms.size(), answers);
        this.set = set;
        this.message = message;
        this.terms = List.copyOf(terms);
        Map<String, Integer> times = new HashMap<>();
        for (WriteTerms each : terms) {
            times.merge(name(each.intent()), 1, Integer::sum);
        }
        boolean any = terms.stream().anyMatch(WriteTerms::asksWhatIsStored);
        for (WriteTerms each : terms) {
            String name = name(each.intent());
            // Where anything is read, every condition of the client's own is looked at here, so that what Firestore
            // then finds
            // wrong can only be a pin.
            boolean conditional = any && each.intent().operation() != Operation.UPSERT;
            // What a create finds may be another write's doing.
            int of = times.getOrDefault(name, 0);
            boolean shared = each.asksWhatComes() && of > 1;
            tooMany |= shared && of > WRITES_MAX;
            if (each.asksWhatIsStored() || shared || conditional) {
                asked.add(name);
            }
        }
    }

    /** Whether the verdict depends on more than is read or looked at for one request. */
    boolean isTooLarge() {
        return tooMany || asked.size() > DOCUMENTS_MAX;
    }

    /** Where a limited write names no field; null when none does. */
    @Nullable
    String unreadable() {
        List<Write> writes = writes();
        for (int i = 0; i < writes.size(); i++) {
            String place =
                    terms.get(i).asksWhatComes() ? ClientWrite.of(writes.get(i)).unreadable() : null;
            if (place != null) {
                return set.place(i) + place;
            }
        }
        return null;
    }

    @Override
    public Turn begin() {
        // What is settled without a look at what is stored comes first, so that it cannot tell of it.
        Decision.Deny anyway = refusedAnyway();
        if (anyway != null) {
            return new Turn.Refuse(anyway);
        }
        if (asked.isEmpty()) {
            return judge(new HashMap<>());
        }
        reading = true;
        return read(asked, set.transaction());
    }

    @Override
    public Turn answered(List<byte[]> messages, int status) {
        if (reading) {
            reading = false;
            if (status != STATUS_OK) {
                return Turn.Relay.INSTANCE;
            }
            Map<String, SimulatedDocument> documents = documents(messages, asked);
            return documents == null ? Turn.Broken.INSTANCE : judge(documents);
        }
        if (status == STATUS_OK) {
            return messages.size() == 1
                            && answers().examine(answer(messages.get(0))) instanceof Examined.Send(byte[] fit)
                    ? new Turn.Answer(untold(fit), List.of())
                    : Turn.Broken.INSTANCE;
        }
        if (asked.isEmpty()) {
            // Only creates are judged without a look, and each has the condition that nothing is there.
            return status == STATUS_ALREADY_EXISTS
                    ? new Turn.Fail(WriteCondition.DOCUMENT_EXISTS)
                    : Turn.Relay.INSTANCE;
        }
        if (!isLostPin(status)) {
            return Turn.Relay.INSTANCE;
        }
        // In a transaction nobody else may have written; Firestore's clients begin it anew when it is aborted.
        Turn.Pause pause = set.transaction().isEmpty() ? pause() : null;
        return pause == null ? new Turn.Fail(WriteCondition.CONTENTION) : pause;
    }

    private byte[] answer(byte[] answered) {
        try {
            return set.form().answer(message, answered, left);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what passed the walk does not parse", e);
        }
    }

    /** A verify that holds answers when the document was changed last: of one that does not exist for the caller, the time of the commit. */
    private ByteString untold(byte[] answer) {
        if (unseen.isEmpty()) {
            return ByteString.copyFrom(answer);
        }
        try {
            CommitResponse.Builder untold = CommitResponse.parseFrom(answer).toBuilder();
            for (int i = unseen.nextSetBit(0);
                    i >= 0 && i < untold.getWriteResultsCount();
                    i = unseen.nextSetBit(i + 1)) {
                untold.getWriteResultsBuilder(i).setUpdateTime(untold.getCommitTime());
            }
            return untold.build().toByteString();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what was read before does not parse", e);
        }
    }

    /** The denial of what is settled without a look at what is stored or looked up; null when there is none. */
    Decision.@Nullable Deny refusedAnyway() {
        List<Write> writes = writes();
        for (int i = 0; i < writes.size(); i++) {
            Decision.Deny deny = WriteJudge.refusedAnyway(terms.get(i), writes.get(i));
            if (deny != null) {
                return deny;
            }
        }
        return null;
    }

    private List<Write> writes() {
        try {
            return set.form().writes(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what passed the walk does not parse", e);
        }
    }

    private Turn judge(Map<String, SimulatedDocument> documents) {
        try {
            List<Write> writes = writes();
            WriteJudge judge = new WriteJudge(documents);
            List<Write> pinned = new ArrayList<>(writes.size());
            for (int i = 0; i < writes.size(); i++) {
                switch (judge.judge(terms.get(i), name(terms.get(i).intent()), writes.get(i))) {
                    case WriteJudge.Verdict.Forward(var write) -> {
                        pinned.add(write);
                        unseen.set(i, judge.isUnseen());
                    }
                    case WriteJudge.Verdict.Refuse(var deny) -> {
                        return new Turn.Refuse(deny);
                    }
                    case WriteJudge.Verdict.Fail(var condition) -> {
                        return new Turn.Fail(condition);
                    }
                }
            }
            left = set.form().answersDocument()
                    ? documents.get(name(terms.get(0).intent()))
                    : null;
            return write(set.form().with(message, pinned), judge.used(), List.of());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what passed the walk does not parse", e);
        }
    }
}
