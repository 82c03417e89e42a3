package io.firegate.reload;

/** Small policies for tests. */
public final class Policies {
    private Policies() {}

    /** A policy with one tier of this name and one rule. */
    public static String withTier(String tier) {
        return """
                version: 1
                tiers:
                  %s:
                    databases: ["clinic-prod/(default)"]
                    credential: staff
                    rules:
                      - { id: all, path: "/patients/{p}", allow: [get] }
                bindings:
                  - { tier: %s, roles: [Reader] }
                """.formatted(tier, tier);
    }
}
