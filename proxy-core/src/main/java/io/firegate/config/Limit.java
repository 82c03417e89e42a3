package io.firegate.config;

/**
 * Every bound of the gateway: its name under {@code limits} in gateway.yaml, its default, the values it may take and why.
 *
 * <p>Durations are in milliseconds, sizes in bytes; the unit is part of the name.
 */
public enum Limit {
    CONNECTIONS("connections", 10_000, 1, 1_000_000, "front connections in all; one more is closed at once"),
    CONNECTIONS_PER_ADDRESS(
            "connectionsPerAddress", 200, 1, 1_000_000, "so that one client cannot take every connection"),
    HANDSHAKE_MILLIS(
            "handshakeMillis", 10_000, 100, 120_000, "TLS handshake, or the first byte on a plaintext listener"),
    HEADER_BLOCK_BYTES(
            "headerBlockBytes",
            32_768,
            8_192,
            1_048_576,
            "an Entra token with its 200 groups is about 11 KiB; 8 KiB is too small"),
    HEADER_COUNT("headerCount", 100, 10, 1_000, "headers of one request"),
    TARGET_BYTES(
            "targetBytes",
            20_480,
            1_024,
            65_536,
            "path and query of a REST request: a name is up to 6 KiB, percent-encoded three times that"),
    HEADER_READ_MILLIS(
            "headerReadMillis",
            10_000,
            100,
            120_000,
            "the head of an HTTP/1.1 request, from its first byte to its last"),
    BODY_IDLE_MILLIS("bodyIdleMillis", 30_000, 1_000, 600_000, "a request body that stops arriving is given up"),
    STREAMS_PER_CONNECTION(
            "streamsPerConnection", 100, 1, 10_000, "what Google's edge and the official SDKs' pools assume"),
    STREAM_WINDOW_BYTES("streamWindowBytes", 65_536, 65_535, 16_777_216, "what one request may send ahead"),
    CONNECTION_WINDOW_BYTES(
            "connectionWindowBytes", 1_048_576, 65_535, 67_108_864, "what one connection may send ahead in all"),
    UPSTREAM_STREAM_WINDOW_BYTES(
            "upstreamStreamWindowBytes",
            65_536,
            65_535,
            16_777_216,
            "what an answer may run ahead of its reader; more helps only where Firestore is many milliseconds away"),
    UPSTREAM_CONNECTION_WINDOW_BYTES(
            "upstreamConnectionWindowBytes",
            16_777_216,
            65_535,
            268_435_456,
            "above what all slow readers of one connection may hold, so that they do not stop the others"),
    RST_PER_WINDOW(
            "resetsPer30Seconds", 200, 10, 100_000, "rapid reset (CVE-2023-44487) and MadeYouReset (CVE-2025-8671)"),
    CONTROL_FRAMES_QUEUED(
            "controlFramesQueued", 1_000, 10, 100_000, "answers to pings and settings a client makes us queue"),
    EMPTY_FRAMES("emptyFrames", 10, 1, 1_000, "empty DATA frames in a row"),
    CONTINUATIONS("continuations", 8, 1, 64, "CONTINUATION frames of one header block"),
    PINGS_PER_WINDOW("pingsPer10Seconds", 20, 1, 10_000, "Python pings every 30 s, Java measures bandwidth by pings"),
    CONNECTION_AGE_MILLIS(
            "connectionAgeMillis", 3_600_000, 1_000, 86_400_000, "so that clients follow a load balancer; plus jitter"),
    CONNECTION_IDLE_MILLIS("connectionIdleMillis", 600_000, 1_000, 86_400_000, "a connection without a request"),
    LINGER_MILLIS(
            "lingerMillis",
            1_000,
            1,
            30_000,
            "an HTTP/1.1 connection that ends is read and not listened to this long, so that no reset overtakes the"
                    + " last answer"),
    REQUEST_BYTES("requestBytes", 10_485_760, 1_024, 33_554_432, "Firestore's own limit for one request"),
    REQUEST_PARTS(
            "requestParts",
            100_000,
            1_000,
            10_000_000,
            "texts, messages and map entries of a request that is decoded on the event loop, at some tenths of a microsecond"
                    + " each: under a rule that limits rows, fields or writes, of a listen target, and where two decoders"
                    + " could read it in two ways; others may have any number"),
    REQUEST_BYTES_TOTAL(
            "requestBytesTotal",
            268_435_456,
            1_048_576,
            Integer.MAX_VALUE,
            "bodies held at once by all requests together, until Firestore answers them, and what listen targets keep; never"
                    + " more than a third of the memory for buffers, whatever is said"),
    ANSWER_MESSAGE_BYTES(
            "answerMessageBytes",
            17_825_792,
            1_048_576,
            67_108_864,
            "one message of an answer that is rewritten or rendered as JSON; what the official JavaScript client"
                    + " takes"),
    ANSWER_BYTES_TOTAL(
            "answerBytesTotal",
            268_435_456,
            1_048_576,
            Integer.MAX_VALUE,
            "messages of answers held by all requests together: those not yet whole, and rewritten or rendered ones"
                    + " until the client has them; never more than a third of the memory for buffers, whatever is said"),
    GUARD_BYTES(
            "guardBytes",
            33_554_432,
            1_048_576,
            268_435_456,
            "stored documents read to judge one write: thirty of the largest, more than a person edits at once"),
    TOKEN_BYTES("tokenBytes", 24_576, 1_024, 65_536, "twice the largest token Entra issues"),
    TOKEN_LIFETIME_MILLIS(
            "tokenLifetimeMillis",
            7_200_000,
            60_000,
            34_646_400_000L,
            "Entra issues 60 to 90 minutes, 2 hours at most without CAE"),
    CLOCK_SKEW_MILLIS("clockSkewMillis", 60_000, 0, 300_000, "tolerated difference between Entra's clock and ours"),
    TOKENS_CACHED("tokensCached", 10_000, 1, 1_000_000, "verified tokens kept, about 1 KB each"),
    KEY_SET_BYTES("keySetBytes", 262_144, 1_024, 1_048_576, "answer of a discovery or key-set request"),
    KEY_SET_KEYS("keySetKeys", 50, 1, 1_000, "keys of one tenant"),
    KEY_FETCH_MILLIS("keyFetchMillis", 5_000, 100, 60_000, "one discovery or key-set request"),
    KEY_REFRESH_MILLIS("keyRefreshMillis", 3_600_000, 1_000, 86_400_000, "background refresh of the keys"),
    KEY_UNKNOWN_MILLIS(
            "keyUnknownMillis",
            30_000,
            1_000,
            3_600_000,
            "at most one fetch for unknown key ids in this time and tenant"),
    GROUP_LOOKUP_MILLIS(
            "groupLookupMillis",
            5_000,
            100,
            60_000,
            "one lookup of a caller's groups at Microsoft Graph, all its requests together"),
    GROUP_ANSWER_BYTES("groupAnswerBytes", 16_384, 1_024, 1_048_576, "one answer of Graph: at most 20 ids of groups"),
    GROUPS_LOOKED_UP(
            "groupsLookedUp",
            200,
            1,
            10_000,
            "groups of one lookup, all that the policy names; 20 to a request, one request after the other"),
    GROUP_LOOKUPS("groupLookups", 64, 1, 10_000, "lookups at once; Graph throttles an application, not a caller"),
    GROUP_REFRESH_MILLIS(
            "groupRefreshMillis",
            300_000,
            1_000,
            86_400_000,
            "from this age on groups that were looked up are asked for anew while they still serve"),
    GROUP_AGE_MILLIS(
            "groupAgeMillis",
            900_000,
            1_000,
            86_400_000,
            "groups that were looked up serve no longer, whatever Graph does: a withdrawn membership ends within it"),
    GROUP_CALLERS(
            "groupCallers", 10_000, 1, 1_000_000, "callers whose groups are kept, some 100 bytes each and 40 a group"),
    GROUP_PAUSE_MILLIS(
            "groupPauseMillis",
            30_000,
            1_000,
            600_000,
            "longest pause before a failing Graph is asked again, unless it asks for more"),
    CREDENTIAL_LIFETIME_MILLIS(
            "credentialLifetimeMillis",
            3_600_000,
            600_000,
            43_200_000,
            "life of a service account's token; Google gives more than an hour by organization policy only"),
    CREDENTIAL_FETCH_MILLIS(
            "credentialFetchMillis",
            10_000,
            100,
            60_000,
            "one refresh of a credential, from firegate's own token to Google's last byte"),
    CREDENTIAL_ANSWER_BYTES(
            "credentialAnswerBytes",
            65_536,
            16_384,
            1_048_576,
            "answer of a token service; Google's federated tokens are up to 12 KB"),
    CREDENTIAL_RETRY_MILLIS(
            "credentialRetryMillis",
            30_000,
            1_000,
            600_000,
            "longest pause between attempts to refresh a credential, unless Google asks for more"),
    CREDENTIAL_WAIT_MILLIS(
            "credentialWaitMillis",
            5_000,
            100,
            60_000,
            "how long a request waits for its caller's own credential; only kind gateway-issuer has any"),
    ASSERTION_LIFE_MILLIS(
            "assertionLifeMillis",
            600_000,
            300_000,
            600_000,
            "what firegate says of a caller to Google is good for so long, and so is the federated token it gives"),
    CALLER_CREDENTIALS(
            "callerCredentials", 10_000, 1, 1_000_000, "credentials of kind gateway-issuer held, each up to 16 KB"),
    CALLER_EXCHANGES(
            "callerExchanges",
            100,
            1,
            10_000,
            "exchanges for callers under way at once; Google allows a project 6,000 a minute"),
    UPSTREAM_CONNECT_MILLIS("upstreamConnectMillis", 5_000, 100, 60_000, "TCP and TLS towards Firestore"),
    UPSTREAM_CALL_MILLIS("upstreamCallMillis", 60_000, 1_000, 3_600_000, "a unary call whose caller names no deadline"),
    UPSTREAM_STREAM_MILLIS(
            "upstreamStreamMillis", 300_000, 1_000, 3_600_000, "a server stream whose caller names no deadline"),
    STREAM_LIFE_MILLIS(
            "streamLifeMillis",
            86_400_000,
            60_000,
            86_400_000,
            "a Listen or Write stream; official clients ask for a day and open another when it ends"),
    LISTEN_TARGETS("listenTargets", 100, 1, 10_000, "targets of one Listen stream, as Firestore has it"),
    LISTEN_HEARTBEAT_MILLIS(
            "listenHeartbeatMillis",
            30_000,
            1_000,
            100_000,
            "a Listen stream that is silent; the Node client gives one up after 120 seconds"),
    STREAMS_PER_PRINCIPAL(
            "streamsPerPrincipal", 1_000, 1, 1_000_000, "Listen and Write streams one principal may have open"),
    UPSTREAM_CONNECTIONS(
            "upstreamConnections",
            16,
            1,
            1_000,
            "connections to Firestore per event loop; Listen streams take at most three quarters of each"),
    UPSTREAM_PENDING("upstreamPending", 1_000, 1, 100_000, "calls per event loop that wait for an upstream stream"),
    POLICY_FILE_BYTES("policyFileBytes", 16_777_216, 1_024, 67_108_864, "one policy file"),
    POLICY_BYTES("policyBytes", 67_108_864, 1_024, 268_435_456, "all policy files together"),
    POLICY_FILES("policyFiles", 1_000, 1, 100_000, "policy files of one directory"),
    POLICY_POLL_MILLIS("policyPollMillis", 500, 50, 60_000, "how often a watched policy directory is looked at"),
    AUDIT_QUEUE_LINES("auditQueueLines", 16_384, 16, 1_048_576, "record lines not yet written"),
    DRAIN_MILLIS("drainMillis", 25_000, 0, 600_000, "running calls may take this long after SIGTERM"),
    DRAIN_DELAY_MILLIS(
            "drainDelayMillis", 0, 0, 600_000, "not ready, still serving: time for a load balancer to notice");

    private final String key;
    private final long defaultValue;
    private final long min;
    private final long max;
    private final String reason;

    Limit(String key, long defaultValue, long min, long max, String reason) {
        this.key = key;
        this.defaultValue = defaultValue;
        this.min = min;
        this.max = max;
        this.reason = reason;
    }

    /** The name under {@code limits}. */
    public String key() {
        return key;
    }

    /** The value when nobody sets one. */
    public long defaultValue() {
        return defaultValue;
    }

    /** The smallest value accepted. */
    public long min() {
        return min;
    }

    /** The largest value accepted. */
    public long max() {
        return max;
    }

    /** Why it is there and why that number, for the reference page. */
    public String reason() {
        return reason;
    }
}
