package io.firegate.firestore.enforce;

import io.firegate.policy.Access;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The distinct accesses of a request that names many documents, in its order. */
final class DocumentAccesses {
    private final List<Access> accesses = new ArrayList<>();
    /** Texts, because a hash set orders those when their hashes are chosen to collide; accesses have no order. */
    private final Set<String> seen = new HashSet<>();

    void add(Operation operation, ResourcePath path, boolean history) {
        if (seen.add(key(operation, path))) {
            accesses.add(new Access(operation, new Resource.Document(path), history));
        }
    }

    List<Access> list() {
        return List.copyOf(accesses);
    }

    /** Those that are not among the others. */
    List<Access> without(DocumentAccesses others) {
        List<Access> left = new ArrayList<>(accesses);
        left.removeIf(access -> access.resource() instanceof Resource.Document document
                && others.seen.contains(key(access.operation(), document.path())));
        return List.copyOf(left);
    }

    /** A path starts with a slash, and no operation holds one. */
    private static String key(Operation operation, ResourcePath path) {
        return operation.name() + path;
    }
}
