package io.firegate.auth.entra;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.firegate.policy.Guid;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the value of an {@code Authorization} header into a verified token. Safe for any thread; never blocks.
 *
 * <p><b>Cost.</b> A token seen before costs one SHA-256 over it and two map look-ups. A new one is parsed and its RSA signature
 * checked on the calling thread: 20 to 70 microseconds for the signature, less than a hand-over to another thread and back under
 * load. Only an unknown signing key makes a caller wait ({@link Verification.Pending}), and then for a fetch shared with all others.
 *
 * <p><b>The header.</b> The scheme is {@code Bearer} in any case (RFC 9110 section 11.1). Exactly one space follows: more are legal by
 * RFC 9110, but no client sends them, and taking the token as it stands keeps two readers from seeing two tokens. Any other scheme
 * counts as no credentials.
 *
 * <p><b>Cached verdicts.</b> A verified token is found again by the SHA-256 of all its characters, until {@code exp} plus skew, and only
 * while the very key that signed it is still accepted. Refusals are not kept.
 */
public final class TokenVerifier implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TokenVerifier.class);
    private static final byte[] SCHEME = {'b', 'e', 'a', 'r', 'e', 'r'};

    /** How often the log repeats that a tenant sends group names. */
    private static final Duration WARNING_GAP = Duration.ofHours(1);

    private final Map<Guid, Tenant> tenants;
    private final TokenBounds bounds;
    private final InstantSource clock;
    private final Cache<TokenDigest, Verification.Verified> known;
    private final LongAdder cacheHits = new LongAdder();
    private final LongAdder cacheMisses = new LongAdder();
    private final LongAdder signatureChecks = new LongAdder();
    private volatile long groupNamesWarnedAtMillis = Long.MIN_VALUE;
    /** Starts its one thread with the first task; tasks that come after the end are dropped. */
    private final ScheduledExecutorService refresher = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("entra-keys").factory(), new ThreadPoolExecutor.DiscardPolicy());

    /**
     * A verifier that has no keys yet: {@link #start} fetches them, else the first token does.
     *
     * @throws IllegalArgumentException when a tenant is named twice
     */
    public TokenVerifier(List<TenantSettings> tenants, TokenBounds bounds, KeyBounds keyBounds, InstantSource clock) {
        SharedGuids shared = new SharedGuids();
        this.tenants = tenants.stream()
                .map(settings -> new Tenant(settings, keyBounds, clock, shared))
                .collect(Collectors.toUnmodifiableMap(Tenant::id, Function.identity(), (first, second) -> {
                    throw new IllegalArgumentException("tenant " + first.id() + " is configured twice");
                }));
        this.bounds = bounds;
        this.clock = clock;
        this.known = Caffeine.newBuilder()
                .maximumSize(bounds.tokensCachedMax())
                .expireAfter(Expiry.<TokenDigest, Verification.Verified>creating((digest, entry) ->
                        Duration.between(clock.instant(), entry.token().usableUntil())))
                // Housekeeping is short and belongs to whoever causes it; a pool would only add a hand-over.
                .executor(Runnable::run)
                .build();
    }

    /**
     * Verifies one header value. Cheap when the same token was verified before: one SHA-256 over it.
     *
     * @param header holds the value, one byte per character; not kept
     * @param offset where the value starts
     * @param length how long it is
     */
    public Verification verify(byte[] header, int offset, int length) {
        if (!startsWithScheme(header, offset, length)) {
            return new Verification.Refused(TokenProblem.MISSING);
        }
        int tokenOffset = offset + SCHEME.length + 1;
        int tokenLength = length - SCHEME.length - 1;
        if (tokenLength <= 0) {
            return new Verification.Refused(TokenProblem.EMPTY);
        }
        if (tokenLength > bounds.tokenBytesMax()) {
            return new Verification.Refused(TokenProblem.TOO_LARGE);
        }
        TokenDigest digest = TokenDigest.of(header, tokenOffset, tokenLength);
        Verification.Verified entry = known.getIfPresent(digest);
        if (entry != null) {
            if (entry.token().holds(clock.millis())) {
                cacheHits.increment();
                return entry;
            }
            known.invalidate(digest);
        }
        cacheMisses.increment();
        return verifyUnknown(Arrays.copyOfRange(header, tokenOffset, tokenOffset + tokenLength), digest);
    }

    /**
     * Says of a token what {@link #verify} would and what it holds.
     *
     * @param token without {@code Bearer}, one byte per character
     */
    public CompletionStage<TokenInspection> inspect(byte[] token) {
        byte[] header = new byte[SCHEME.length + 1 + token.length];
        System.arraycopy(SCHEME, 0, header, 0, SCHEME.length);
        header[SCHEME.length] = ' ';
        System.arraycopy(token, 0, header, SCHEME.length + 1, token.length);
        CompletionStage<Verification> verdict = switch (verify(header, 0, header.length)) {
            case Verification.Pending(var later) -> later;
            case Verification known -> CompletableFuture.completedFuture(known);
        };
        return verdict.thenApply(known -> TokenInspection.of(token, known));
    }

    /** Says of a token what {@link #verify} would if its signature were good. Fetches and checks no key. */
    public TokenInspection inspectUnsigned(byte[] token) {
        if (token.length > bounds.tokenBytesMax()) {
            return TokenInspection.of(token, new Verification.Refused(TokenProblem.TOO_LARGE));
        }
        TokenCheck check = new TokenCheck(token, bounds);
        TokenProblem problem = check.readUnverified(tenants);
        return TokenInspection.unsigned(token, check, problem == null ? check.readVerified(clock.instant()) : problem);
    }

    /**
     * Fetches the keys of all tenants and keeps them fresh in the background from then on. Called once.
     *
     * @return ends when the first fetch of each tenant has, well or not, and says whether all tenants' tokens can be verified
     */
    public CompletionStage<Boolean> start() {
        return whenAll(this::refreshForever);
    }

    /**
     * Fetches the keys of all tenants now, whatever the schedule says.
     *
     * @return ends when every fetch has, well or not, and says whether all tenants' tokens can be verified
     */
    public CompletionStage<Boolean> refreshKeys() {
        return whenAll(tenant -> tenant.keys().refresh());
    }

    /** Ends the background refresh. Keys already held go on serving. */
    @Override
    public void close() {
        refresher.shutdownNow();
    }

    /** Whether the tokens of every tenant can be verified now. */
    public boolean keysReady() {
        long now = clock.millis();
        return tenants.values().stream().allMatch(tenant -> tenant.keys().usable(now));
    }

    /** How the keys stand, one entry per tenant. */
    public List<KeyStatus> keys() {
        return tenants.values().stream().map(tenant -> tenant.keys().status()).toList();
    }

    /** Who checks signatures: the provider's name and version, for the log. */
    public static String signatureProvider() {
        return Rs256.provider();
    }

    /** Verified tokens held, approximately; never more than the bound for longer than a moment. */
    public long tokensCached() {
        return known.estimatedSize();
    }

    /** Tokens found among the verified ones since the start. */
    public long cacheHits() {
        return cacheHits.sum();
    }

    /** Tokens not found there, or no longer good. */
    public long cacheMisses() {
        return cacheMisses.sum();
    }

    /** Whether the first fetch of every tenant's keys has ended, well or not. */
    public boolean keysAsked() {
        return tenants.values().stream().allMatch(tenant -> tenant.keys().asked());
    }

    /** RSA signatures checked since the start: verifications the cache did not answer. */
    public long signatureChecks() {
        return signatureChecks.sum();
    }

    private Verification verifyUnknown(byte[] token, TokenDigest digest) {
        long now = clock.millis();
        TokenCheck check = new TokenCheck(token, bounds);
        TokenProblem problem = check.readUnverified(tenants);
        if (problem != null) {
            return new Verification.Refused(problem);
        }
        TenantKeys keys = check.tenant().keys();
        TrustedKey key = keys.find(check.version(), check.kid(), now);
        if (key != null) {
            return verifySigned(check, key, digest);
        }
        CompletionStage<Boolean> fetch = keys.fetchForUnknownKey();
        if (fetch == null) {
            return verifyWithKeysHeld(check, digest);
        }
        CompletableFuture<Verification> result =
                fetch.thenApply(fetched -> verifyWithKeysHeld(check, digest)).toCompletableFuture();
        return result.isDone() ? result.join() : new Verification.Pending(result);
    }

    /** After a fetch, or when none may be made now: the key is there, is not, or nobody can tell. */
    private Verification verifyWithKeysHeld(TokenCheck check, TokenDigest digest) {
        TenantKeys keys = check.tenant().keys();
        long now = clock.millis();
        TrustedKey key = keys.find(check.version(), check.kid(), now);
        if (key != null) {
            return verifySigned(check, key, digest);
        }
        return new Verification.Refused(keys.usable(now) ? TokenProblem.UNKNOWN_KEY : TokenProblem.KEYS_UNAVAILABLE);
    }

    private Verification verifySigned(TokenCheck check, TrustedKey key, TokenDigest digest) {
        signatureChecks.increment();
        TokenProblem problem = check.readSignature(key);
        if (problem == null) {
            problem = check.readVerified(clock.instant());
        }
        if (problem != null) {
            if (problem == TokenProblem.GROUP_NAMES) {
                warnOfGroupNames(check.tenant());
            }
            return new Verification.Refused(problem, check.missingScope());
        }
        Verification.Verified verified = new Verification.Verified(check.verified());
        known.put(digest, verified);
        return verified;
    }

    private CompletionStage<Boolean> whenAll(Function<Tenant, CompletionStage<Boolean>> fetch) {
        CompletableFuture<?>[] fetches = tenants.values().stream()
                .map(tenant -> fetch.apply(tenant).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(fetches).thenApply(done -> keysReady());
    }

    private CompletionStage<Boolean> refreshForever(Tenant tenant) {
        return tenant.keys().refresh().whenComplete((good, error) -> {
            Duration pause =
                    tenant.keys().untilNextRefresh(ThreadLocalRandom.current().nextDouble());
            ScheduledFuture<?> unused =
                    refresher.schedule(() -> refreshForever(tenant), pause.toMillis(), TimeUnit.MILLISECONDS);
        });
    }

    private void warnOfGroupNames(Tenant tenant) {
        long now = clock.millis();
        long last = groupNamesWarnedAtMillis;
        if (last == Long.MIN_VALUE || now - last >= WARNING_GAP.toMillis()) {
            groupNamesWarnedAtMillis = now;
            log.atWarn()
                    .addKeyValue("tenant", tenant.id())
                    .log(
                            "tokens carry group names, which grant nothing: set the groups claim of the API registration to group ids");
        }
    }

    /** The scheme in any case, followed by a space or by nothing. */
    private static boolean startsWithScheme(byte[] header, int offset, int length) {
        if (length < SCHEME.length) {
            return false;
        }
        for (int i = 0; i < SCHEME.length; i++) {
            if ((header[offset + i] | 0x20) != SCHEME[i]) {
                return false;
            }
        }
        return length == SCHEME.length || header[offset + SCHEME.length] == ' ';
    }
}
