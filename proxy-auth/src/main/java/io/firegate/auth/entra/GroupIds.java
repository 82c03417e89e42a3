package io.firegate.auth.entra;

import io.firegate.policy.Guid;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The ids of a tenant's groups, one object for each: a few hundred groups stand in the tokens of a hundred thousand people, and would be
 * most of what remembering those tokens takes. Bounded; ids beyond the bound are read each time. Safe for any thread.
 */
final class GroupIds {
    /** Some 3 MB; more groups than that are in no policy and in few directories. */
    private static final int KEPT_MAX = 20_000;

    private final Map<String, Guid> kept = new ConcurrentHashMap<>();

    /** The id a token writes so; null when it is none. Only of tokens whose signature is good: a stranger must not fill this. */
    @Nullable
    Guid of(String text) {
        Guid known = kept.get(text);
        if (known != null) {
            return known;
        }
        Guid read = Guid.parse(text).orElse(null);
        if (read == null || kept.size() >= KEPT_MAX) {
            return read;
        }
        Guid first = kept.putIfAbsent(text, read);
        return first == null ? read : first;
    }
}
