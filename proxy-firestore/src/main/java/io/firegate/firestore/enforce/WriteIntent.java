package io.firegate.firestore.enforce;

import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;

/**
 * What one write of a request does, as far as the request alone says it.
 *
 * @param path the document
 * @param operation {@link Operation#GET} for a verify
 * @param reveals whether the answer tells something of what is stored
 * @param history whether what is read for it is read in the past
 */
record WriteIntent(ResourcePath path, Operation operation, boolean reveals, boolean history) {
    Access access() {
        return access(operation);
    }

    /** The same when it is known to do this. */
    Access access(Operation known) {
        return new Access(known, new Resource.Document(path), history);
    }
}
