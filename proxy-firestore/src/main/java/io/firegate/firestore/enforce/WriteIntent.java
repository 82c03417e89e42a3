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
 */
record WriteIntent(ResourcePath path, Operation operation, boolean reveals) {
    Access access() {
        return access(operation);
    }

    /** The same when it is known to do this. */
    Access access(Operation known) {
        return Access.of(known, new Resource.Document(path));
    }
}
