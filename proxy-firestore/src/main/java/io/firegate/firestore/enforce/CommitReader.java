package io.firegate.firestore.enforce;

import com.google.firestore.v1.CommitRequest;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.policy.Operation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/** Commit: each write judged as it is written, whatever the writes before it did; one that is refused refuses all. */
final class CommitReader extends RpcReader {
    private final Names names;

    CommitReader(Names names) {
        super(MessageSchema.of("CommitRequest", Set.of("transaction")), CommitRequest.parser());
        this.names = names;
    }

    @Override
    Reading read(RequestMessage request) {
        Names.Database database = null;
        Moment moment = new Moment(request, CommitRequest.TRANSACTION_FIELD_NUMBER, Moment.NONE, Moment.NONE);
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            if (field.number() == CommitRequest.DATABASE_FIELD_NUMBER) {
                database = names.database(request.data(), field.start(), field.end());
            } else if (field.start() < field.end()) {
                // Empty bytes are how this field, unlike those in a oneof, is left out.
                moment.see(field);
            }
        }
        if (database == null) {
            return new Reading.Unreadable(RequestProblem.BAD_DATABASE, "database");
        }
        Reading.Unreadable problem = moment.settle(database);
        if (problem != null) {
            return problem;
        }
        DocumentAccesses accesses = new DocumentAccesses();
        DocumentAccesses answers = new DocumentAccesses();
        List<OneWrite> writes = new ArrayList<>();
        FieldCursor write = request.walk().fields();
        while (write.next()) {
            if (write.number() == CommitRequest.WRITES_FIELD_NUMBER) {
                problem = OneWrite.read(names, request, write, database, writes);
                if (problem != null) {
                    return problem;
                }
                OneWrite last = writes.get(writes.size() - 1);
                // What decides about a write is read as the transaction reads, so it needs what that needs.
                accesses.add(last.operation(), last.path(), moment.history());
                if (last.reveals()) {
                    answers.add(Operation.GET, last.path(), false);
                }
            }
        }
        return new Reading.Wants(
                database.name(),
                accesses.list(),
                answers.without(accesses),
                writes.size(),
                moment.credential(),
                verdict -> {
                    List<Edit> edits = new ArrayList<>(1);
                    moment.edit(edits, verdict);
                    BitSet hidden = new BitSet();
                    for (int i = 0; i < writes.size(); i++) {
                        hidden.set(
                                i,
                                writes.get(i).reveals()
                                        && !verdict.shows(writes.get(i).path()));
                    }
                    return new Plan.Step.Forward(
                            edits, hidden.isEmpty() ? AnswerExaminer.UNTOUCHED : new CommitExaminer(hidden));
                },
                new WriteSet(
                        writes.stream()
                                .map(each -> each.intent(moment.history()))
                                .toList(),
                        moment.upstream(),
                        WriteSet.Commit.INSTANCE),
                moment,
                null);
    }
}
