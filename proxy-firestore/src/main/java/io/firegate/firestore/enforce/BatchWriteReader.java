package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchWriteRequest;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** BatchWrite: writes that know nothing of each other, each judged for itself. */
final class BatchWriteReader extends RpcReader {
    /**
     * Official clients send up to 20 and the documentation speaks of 500; each refused one is answered with some two hundred bytes, so
     * that without a bound the answer would be many times the request. The sentence of the problem says it.
     */
    static final int WRITES_MAX = 1000;

    private final Names names;

    BatchWriteReader(Names names) {
        super(MessageSchema.of("BatchWriteRequest"), BatchWriteRequest.parser());
        this.names = names;
    }

    @Override
    Reading read(RequestMessage request) {
        Names.Database database = null;
        FieldCursor field = request.walk().fields();
        while (field.next()) {
            if (field.number() == BatchWriteRequest.DATABASE_FIELD_NUMBER) {
                database = names.database(request.data(), field.start(), field.end());
            }
        }
        if (database == null) {
            return new Reading.Unreadable(RequestProblem.BAD_DATABASE, "database");
        }
        List<OneWrite> writes = new ArrayList<>();
        // Firestore refuses two writes of one document, and must not be kept from it by a refusal of one of them.
        Set<String> written = new HashSet<>();
        FieldCursor write = request.walk().fields();
        while (write.next()) {
            if (write.number() == BatchWriteRequest.WRITES_FIELD_NUMBER) {
                if (writes.size() == WRITES_MAX) {
                    return new Reading.Unreadable(RequestProblem.TOO_MANY_WRITES, "writes");
                }
                Reading.Unreadable problem = OneWrite.read(names, request, write, database, writes);
                if (problem != null) {
                    return problem;
                }
                if (!written.add(writes.get(writes.size() - 1).path().toString())) {
                    return request.refuse(RequestProblem.SAME_DOCUMENT, write);
                }
            }
        }
        return new Reading.WriteByWrite(database.name(), writes);
    }
}
