package io.firegate.firestore.enforce;

import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The database a request writes to, and the credential its accesses are bound to: that of its transaction, or of the first that is permitted. */
final class WriteAccesses {
    private final DatabaseName database;
    private @Nullable String credential;

    WriteAccesses(DatabaseName database, @Nullable String credential) {
        this.database = database;
        this.credential = credential;
    }

    Decision.Settled decide(Caller caller, Access access) {
        return caller.decide(database, List.of(access), credential);
    }

    void bind(String to) {
        credential = to;
    }
}
