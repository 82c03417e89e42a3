package io.firegate.firestore.enforce;

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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts on writes that are judged each for itself. The first permitted one settles the credential of the call, and writes
 * that need another are refused like any other.
 */
final class WriteByWrite {
    private final DatabaseName database;
    private final Caller caller;
    private final WriteRefusals texts;
    private final List<Decision.Grant> grants = new ArrayList<>();
    private final List<Decision.Deny> denied = new ArrayList<>();
    private final List<@Nullable Status> statuses = new ArrayList<>();
    private final List<Edit> edits = new ArrayList<>();
    private final BitSet hidden = new BitSet();
    private @Nullable String credential;
    private Decision.@Nullable Deny whole;

    private WriteByWrite(DatabaseName database, Caller caller, WriteRefusals texts) {
        this.database = database;
        this.caller = caller;
        this.texts = texts;
    }

    static WriteByWrite judge(Reading.WriteByWrite reading, Caller caller, WriteRefusals texts) {
        WriteByWrite verdicts = new WriteByWrite(reading.database(), caller, texts);
        if (reading.writes().isEmpty()) {
            verdicts.judgeNothing();
        }
        for (int i = 0; i < reading.writes().size() && verdicts.whole == null; i++) {
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
            case Decision.Deny deny -> refuse(write, deny);
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
                hidden.set(index, !shown);
            }
        }
    }

    private Decision decide(Access access) {
        return decide(access, credential);
    }

    private Decision decide(Access access, @Nullable String bound) {
        return Demand.enforceable(caller.decide(database, List.of(access), bound), Set.of());
    }

    private void refuse(OneWrite write, Decision.Deny deny) {
        if (deny.refused() == null) {
            // Not this write but the caller as a whole.
            whole = deny;
            return;
        }
        denied.add(deny);
        edits.add(Edit.remove(write.field()));
        try {
            statuses.add(Status.parseFrom(texts.status(deny)));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a status that does not parse", e);
        }
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
