package io.firegate.exchange;

import io.firegate.policy.Principal;
import java.util.concurrent.ConcurrentHashMap;

/** How many streams each principal has open, with a ceiling for one. Safe for any thread; holds nothing about who has none. */
final class StreamCounts {
    private final int max;
    private final ConcurrentHashMap<String, Integer> open = new ConcurrentHashMap<>();

    StreamCounts(int max) {
        this.max = max;
    }

    /** Counts one more; false, and nothing counted, when the principal has as many as it may. */
    boolean enter(Principal principal) {
        String key = key(principal);
        int now = open.merge(key, 1, Integer::sum);
        if (now > max) {
            leave(principal);
            return false;
        }
        return true;
    }

    /** Counts one less. */
    void leave(Principal principal) {
        open.computeIfPresent(key(principal), (who, count) -> count == 1 ? null : count - 1);
    }

    /** All of them. */
    int total() {
        return open.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static String key(Principal principal) {
        return principal.tenant().value() + "/" + principal.oid().value();
    }
}
