package io.firegate.e2e.sdk;

/** What the sweeps share. */
final class Sweeps {
    /** The database of the calls straight to the emulator; both names have the same length. */
    static final String DIRECT = "sweep-nothing";

    /** The database of the calls through firegate. */
    static final String GATEWAY = "sweep-gateway";

    private Sweeps() {}

    /** One tier that permits everything. */
    static String policy() {
        return """
                version: 1
                tiers:
                  everything:
                    databases: ["PROJECT/%s"]
                    credential: local
                    rules:
                      - { id: all, path: "/{x=**}", allow: [read, write, group, collections], history: true }
                      - { id: root, path: /, allow: [collections] }
                bindings:
                  - { tier: everything, groups: [5b1f0a52-0000-4000-8000-0000000000e1] }
                """.formatted(GATEWAY);
    }
}
