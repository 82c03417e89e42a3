package io.firegate.firestore.handle;

import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import io.firegate.policy.Principal.Kind;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Somebody, and others who differ from her in one thing. */
final class Callers {
    static final Principal ANNA = principal(1, 2, 3);

    /** With her next token. */
    static final Principal ANNA_LATER = new Principal(
            guid(1),
            guid(2),
            Kind.USER,
            guid(3),
            Set.of(guid(9)),
            Set.of("reader"),
            "next",
            Instant.parse("2026-01-01T01:00:00Z"));

    static final Map<String, Principal> STRANGERS = Map.of(
            "the same oid in another tenant", principal(9, 2, 3),
            "another person", principal(1, 9, 3),
            "through another application", principal(1, 2, 9),
            "tenant and oid changed places", principal(2, 1, 3));

    private Callers() {}

    private static Principal principal(int tenant, int oid, int app) {
        return new Principal(
                guid(tenant),
                guid(oid),
                Kind.USER,
                guid(app),
                Set.of(),
                Set.of(),
                "",
                Instant.parse("2026-01-01T00:00:00Z"));
    }

    private static Guid guid(int number) {
        return new Guid("00000000-0000-4000-8000-00000000000" + number);
    }
}
