package io.firegate.metrics;

/** A label and the closed set of values it may have: nothing a caller sends ever becomes one. */
public enum Label {
    METHOD("method", "the RPC's name in `google.firestore.v1.Firestore`, `other` for anything else"),
    VERDICT("verdict", "`permit`, `deny` (by the policy), `refused` (before the policy was asked)"),
    REASON("reason", "`NONE` for a permit, else the word of the answer's `ErrorInfo` and of the record"),
    STATUS("status", "a gRPC status by name, such as `OK`"),
    SOURCE("source", "`firegate` when the status is firegate's own, `upstream` when it is Firestore's"),
    TOKEN_RESULT("result", "`OK`, or why the token was not accepted, the same word as in the answer"),
    CACHE_RESULT("result", "`hit`, `miss`"),
    READ_RESULT(
            "result", "`loaded` (a new policy came into force), `unchanged`, `refused` (the files could not be used)"),
    TENANT("tenant", "a tenant's id, as configured"),
    LOOKUP("result", "`memory`, `graph`, or a cause of [entra.md](entra.md#when-graph-fails)"),
    CREDENTIAL("credential", "its name under `credentials`"),
    REFRESH_RESULT("result", "`ok`, `failed`"),
    CAUSE("cause", "a cause of [google-credentials.md](google-credentials.md)"),
    SNAPSHOT("snapshot", "the id of the policy, as in the record"),
    VERSION("version", "firegate's version"),
    JAVA("java", "the Java runtime's version");

    private final String label;
    private final String meaning;

    Label(String label, String meaning) {
        this.label = label;
        this.meaning = meaning;
    }

    /** The name in Prometheus. */
    public String label() {
        return label;
    }

    /** What it may say, in Markdown. */
    public String meaning() {
        return meaning;
    }
}
