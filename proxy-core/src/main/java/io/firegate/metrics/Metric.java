package io.firegate.metrics;

import java.util.List;

/** Every metric of firegate's own: the table behind {@code /metrics} and {@code docs/metrics.md}. Names and labels are part of the interface. */
public enum Metric {
    DECISIONS(
            Type.COUNTER,
            "firegate_decisions_total",
            "Requests decided, by what the record says of them",
            Label.METHOD,
            Label.VERDICT,
            Label.REASON),
    EXCHANGES(
            Type.COUNTER,
            "firegate_exchanges_total",
            "Requests ended, by the status the caller was told and who said it",
            Label.METHOD,
            Label.STATUS,
            Label.SOURCE),
    EXCHANGES_RUNNING(
            Type.GAUGE, "firegate_exchanges_running", "Requests whose headers have come and that have not ended"),
    EXCHANGE_DURATION(
            Type.HISTOGRAM,
            "firegate_exchange_duration_seconds",
            "From a request's headers to the end of its answer, whoever gave it",
            Label.METHOD),
    UPSTREAM_DURATION(
            Type.HISTOGRAM,
            "firegate_upstream_duration_seconds",
            "From forwarding a request to the end of Firestore's answer; what firegate adds is the other histogram"
                    + " less this",
            Label.METHOD),
    REQUEST_BYTES_HELD(
            Type.GAUGE,
            "firegate_request_bytes_held",
            "Bytes of request bodies in memory until Firestore answers them, and what listen targets keep; the limit"
                    + " is requestBytesTotal"),
    STREAMS_OPEN(
            Type.GAUGE,
            "firegate_streams_open",
            "Listen and Write streams open; the limit for one principal is streamsPerPrincipal"),
    BUFFER_BYTES(
            Type.GAUGE,
            "firegate_buffer_bytes",
            "Memory outside the heap for what is read from and written to connections"),

    TOKENS(Type.COUNTER, "firegate_tokens_total", "Requests by what came of their token", Label.TOKEN_RESULT),
    TOKEN_CACHE_LOOKUPS(
            Type.COUNTER,
            "firegate_token_cache_lookups_total",
            "Look-ups among the verified tokens; a connection that remembers its token makes none",
            Label.CACHE_RESULT),
    TOKENS_CACHED(
            Type.GAUGE, "firegate_tokens_cached", "Verified tokens held, approximately; the limit is tokensCached"),

    KEYS(Type.GAUGE, "firegate_signing_keys", "Signing keys held", Label.TENANT),
    KEYS_USABLE(
            Type.GAUGE,
            "firegate_signing_keys_usable",
            "1 while the tenant's tokens can be verified, else 0",
            Label.TENANT),
    KEYS_AGE(
            Type.GAUGE,
            "firegate_signing_keys_age_seconds",
            "Since the newest good answer was asked for; absent before the first",
            Label.TENANT),
    KEY_FETCHES(Type.COUNTER, "firegate_signing_key_fetches_total", "Fetches of signing keys begun", Label.TENANT),
    KEY_FETCHES_FAILED(
            Type.COUNTER, "firegate_signing_key_fetches_failed_total", "Fetches that gave no keys", Label.TENANT),

    GROUP_LOOKUPS(
            Type.COUNTER,
            "firegate_group_lookups_total",
            "Callers whose groups had to be looked up, by where the answer came from or why none came",
            Label.TENANT,
            Label.LOOKUP),
    GROUP_CALLERS(Type.GAUGE, "firegate_group_callers", "Callers whose groups are kept"),
    GRAPH_USABLE(
            Type.GAUGE,
            "firegate_graph_usable",
            "0 while Microsoft Graph fails and is left alone, else 1; tenants with `graph.overage` only",
            Label.TENANT),

    POLICY(Type.INFO, "firegate_policy_info", "The policy in force", Label.SNAPSHOT),
    POLICY_RULES(Type.GAUGE, "firegate_policy_rules", "Rules of the policy in force"),
    POLICY_BINDINGS(Type.GAUGE, "firegate_policy_bindings", "Bindings of the policy in force"),
    POLICY_SINCE(
            Type.GAUGE,
            "firegate_policy_in_force_timestamp_seconds",
            "When the policy in force came into force, in Unix time"),
    POLICY_READS(
            Type.COUNTER,
            "firegate_policy_reads_total",
            "How often the policy files were read, the start included",
            Label.READ_RESULT),
    POLICY_READ_AT(Type.GAUGE, "firegate_policy_last_read_timestamp_seconds", "When they were last read, in Unix time"),
    POLICY_READ_GOOD(
            Type.GAUGE,
            "firegate_policy_last_read_good",
            "1 when the files as last read are in force; 0 when they were refused and an older policy still is"),

    CREDENTIAL_USABLE(
            Type.GAUGE,
            "firegate_credential_usable",
            "1 while there is a valid Google credential, else 0; of kind gateway-issuer: 1 unless the newest exchange"
                    + " for a caller failed",
            Label.CREDENTIAL),
    CREDENTIAL_EXPIRY(
            Type.GAUGE,
            "firegate_credential_expiry_timestamp_seconds",
            "When the newest Google credential expires, in Unix time; absent before the first",
            Label.CREDENTIAL),
    CREDENTIAL_REFRESHES(
            Type.COUNTER,
            "firegate_credential_refreshes_total",
            "Attempts to refresh a Google credential that have ended",
            Label.CREDENTIAL,
            Label.REFRESH_RESULT),
    CREDENTIAL_FAILURES(
            Type.COUNTER,
            "firegate_credential_failures_total",
            "Attempts to refresh a Google credential that failed, by cause",
            Label.CREDENTIAL,
            Label.CAUSE),

    UPSTREAM_CONNECTIONS(Type.GAUGE, "firegate_upstream_connections", "Connections to Firestore that are open"),
    UPSTREAM_CONNECTIONS_OPENED(
            Type.COUNTER, "firegate_upstream_connections_opened_total", "Connections to Firestore that became usable"),
    UPSTREAM_CONNECTIONS_LOST(
            Type.COUNTER,
            "firegate_upstream_connections_lost_total",
            "Connections to Firestore that went away without being retired first"),
    UPSTREAM_CONNECTS_FAILED(
            Type.COUNTER,
            "firegate_upstream_connects_failed_total",
            "Connections to Firestore that could not be made in time"),
    UPSTREAM_CALLS_PENDING(
            Type.GAUGE,
            "firegate_upstream_calls_pending",
            "Calls that wait for a connection to Firestore; the limit for each event loop is upstreamPending"),
    UPSTREAM_CALLS_REFUSED(
            Type.COUNTER, "firegate_upstream_calls_refused_total", "Calls refused because too many waited"),

    CONNECTIONS(Type.GAUGE, "firegate_connections", "Connections of clients that are open; the limit is connections"),
    CONNECTIONS_ACCEPTED(Type.COUNTER, "firegate_connections_accepted_total", "Connections of clients accepted"),
    CONNECTIONS_REFUSED(
            Type.COUNTER,
            "firegate_connections_refused_total",
            "Connections of clients closed at once because of connections or connectionsPerAddress"),

    RECORD_LINES(Type.COUNTER, "firegate_record_lines_written_total", "Lines of the record written"),
    RECORD_LINES_LOST(Type.COUNTER, "firegate_record_lines_lost_total", "Lines of the record refused or given up"),
    RECORD_LINES_QUEUED(
            Type.GAUGE, "firegate_record_lines_queued", "Lines not yet written; the limit is auditQueueLines"),
    RECORD_WRITABLE(Type.GAUGE, "firegate_record_writable", "1 while the record takes lines, else 0"),
    RECORD_FAILURES(
            Type.COUNTER, "firegate_record_failures_total", "Failed attempts to open the record or to write to it"),

    BUILD(Type.INFO, "firegate_build_info", "The program that runs", Label.VERSION, Label.JAVA);

    /** What a metric does over time. */
    public enum Type {
        /** Only rises; the name ends in {@code _total}. */
        COUNTER("_total"),
        /** Rises and falls. */
        GAUGE(""),
        /** Counts by size; shown as {@code _bucket}, {@code _sum} and {@code _count}. */
        HISTOGRAM(""),
        /** Always 1; the labels are the news. The name ends in {@code _info}. */
        INFO("_info");

        private final String suffix;

        Type(String suffix) {
            this.suffix = suffix;
        }
    }

    private final Type type;
    private final String fullName;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // of List.of
    private final List<Label> labels;

    Metric(Type type, String fullName, String help, Label... labels) {
        this.type = type;
        this.fullName = fullName;
        this.help = help;
        this.labels = List.of(labels);
    }

    /** What it does over time. */
    public Type type() {
        return type;
    }

    /** As Prometheus stores it. */
    public String fullName() {
        return fullName;
    }

    /** Without the suffix the type demands. */
    String baseName() {
        return fullName.substring(0, fullName.length() - type.suffix.length());
    }

    /** One sentence without a full stop. */
    public String help() {
        return help;
    }

    /** What tells its series apart, in order. */
    public List<Label> labels() {
        return labels;
    }
}
