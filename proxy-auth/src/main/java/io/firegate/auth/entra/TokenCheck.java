package io.firegate.auth.entra;

import io.firegate.auth.input.StrictJson;
import io.firegate.policy.Guid;
import io.firegate.policy.GuidSet;
import io.firegate.policy.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One token on its way through the checks, in the order they are written here. Used by one thread at a time.
 *
 * <p>{@link #readUnverified} trusts nothing and reaches for nothing: it finds out which tenant and key the token <em>claims</em>, so
 * that no key is fetched for a stranger. {@link #readVerified} reads everything else, once the signature is known to be good. Both
 * give the first problem, or null.
 */
final class TokenCheck {
    /** Members of the header that would choose a key, an address or another reading of the token (RFC 8725, RFC 7797). */
    private static final Set<String> REFUSED_MEMBERS = Set.of("crit", "b64", "jwk", "jku", "x5u", "x5c");

    /** Every claim that has a say. A name that differs from one of these in case only is refused. */
    static final Set<String> USED_CLAIMS = Set.of(
            "tid",
            "ver",
            "iss",
            "aud",
            "exp",
            "nbf",
            "iat",
            "cnf",
            "oid",
            "azp",
            "appid",
            "idtyp",
            "scp",
            "roles",
            "groups",
            "hasgroups",
            "_claim_names",
            "acct",
            "idp",
            "uti",
            "acrs",
            "xms_cc",
            "xms_act_fct",
            "xms_sub_fct",
            "xms_idrel");

    private static final NavigableSet<String> USED_CLAIMS_IN_ANY_CASE = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    static {
        USED_CLAIMS_IN_ANY_CASE.addAll(USED_CLAIMS);
    }

    private static final byte[] NOTHING = {};

    private static final int KID_CHARS_MAX = 128;

    /** The last second of the year 9999: later ones are no dates any more. */
    private static final long SECONDS_MAX = 253_402_300_799L;

    // Entra Agent ID, "agent token claims": facet 11 is an agent identity, 13 an agent's user account.
    private static final Set<String> AGENT_FACETS = Set.of("11", "13");

    /** "Claims challenges": a client that understands one, in any case. */
    private static final String CHALLENGE_CAPABILITY = "cp1";

    // The same page: relation 3 is a personal account, 5 a guest.
    private static final Set<String> GUEST_RELATIONS = Set.of("3", "5");

    private final byte[] token;
    private final TokenBounds bounds;

    // Filled in by readUnverified.
    private int payloadEnd;
    private byte[] header = NOTHING;
    private byte[] payload = NOTHING;
    private byte[] signature = NOTHING;
    private String kid = "";
    private Map<String, Object> claims = Map.of();
    private TokenVersion version = TokenVersion.V2;
    private @Nullable Tenant tenant;

    // Filled in by readVerified.
    private Instant expiresAt = Instant.EPOCH;
    private @Nullable TrustedKey signedBy;
    private @Nullable Principal principal;
    private String missingScope = "";
    private Principal.Agent agent = Principal.Agent.NONE;
    private boolean guest;
    private boolean overage;
    private boolean takesChallenges;

    /** A token, one byte per character; the array is kept. */
    TokenCheck(byte[] token, TokenBounds bounds) {
        this.token = token;
        this.bounds = bounds;
    }

    /** Everything before the signature: spelling, header, and whose token it claims to be. */
    @Nullable
    TokenProblem readUnverified(Map<Guid, Tenant> tenants) {
        TokenProblem problem = readSpelling();
        if (problem == null) {
            problem = readHeader();
        }
        if (problem == null) {
            problem = readPayload();
        }
        if (problem == null) {
            problem = readIssuer(tenants);
        }
        // The signature says nothing about a token that is not for us; and no key is fetched for one.
        return problem == null ? readAudience() : problem;
    }

    /** The tenant it claims, which is one of ours. */
    Tenant tenant() {
        if (tenant == null) {
            throw new IllegalStateException("not read yet");
        }
        return tenant;
    }

    TokenVersion version() {
        return version;
    }

    String kid() {
        return kid;
    }

    /** Whether the key may sign for this issuer and did sign this token. */
    @Nullable
    TokenProblem readSignature(TrustedKey key) {
        if (!key.signsFor(tenant().id().value(), tenant().issuer(TokenVersion.V2))) {
            return TokenProblem.KEY_ISSUER;
        }
        if (!key.verifies(token, payloadEnd, signature)) {
            return TokenProblem.SIGNATURE;
        }
        signedBy = key;
        return null;
    }

    /** Everything that is believed because of the signature. */
    @Nullable
    TokenProblem readVerified(Instant now) {
        TokenProblem problem = readTimes(now);
        if (problem == null && claims.containsKey("cnf")) {
            problem = TokenProblem.BOUND;
        }
        return problem == null ? readPrincipal() : problem;
    }

    /** The result, when nothing was wrong. */
    VerifiedToken verified() {
        Principal caller = principal;
        TrustedKey key = signedBy;
        if (caller == null || key == null) {
            throw new IllegalStateException("not read yet, or the signature was not checked");
        }
        return new VerifiedToken(
                caller, expiresAt.plus(bounds.clockSkew()), tenant(), takesChallenges, overage, version(), key);
    }

    /** Whom the claims name, whether the signature was checked or not: for inspection only, nobody may be believed because of it. */
    Principal claimedPrincipal() {
        if (principal == null) {
            throw new IllegalStateException("not read yet");
        }
        return principal;
    }

    /** Whether the principal's groups are left out of the token. */
    boolean groupsElsewhere() {
        return overage;
    }

    /** The scope that is missing when the problem is {@link TokenProblem#SCOPE}; else empty. */
    String missingScope() {
        return missingScope;
    }

    /**
     * The whole token before anything of it is read: three parts, and nothing in them but what base64url (RFC 4648 section 5) spells without
     * padding. The decoder takes padding at an end and refuses every other character, dots too.
     */
    private @Nullable TokenProblem readSpelling() {
        int headerEnd = 0;
        while (headerEnd < token.length && token[headerEnd] != '.') {
            headerEnd++;
        }
        payloadEnd = token.length - 1;
        while (payloadEnd > headerEnd && token[payloadEnd] != '.') {
            payloadEnd--;
        }
        if (payloadEnd <= headerEnd) {
            return TokenProblem.NOT_A_TOKEN;
        }
        header = decoded(0, headerEnd);
        payload = decoded(headerEnd + 1, payloadEnd);
        signature = decoded(payloadEnd + 1, token.length);
        return header.length == 0 || payload.length == 0 || signature.length == 0 ? TokenProblem.NOT_A_TOKEN : null;
    }

    /** The octets between two places; none when anything else stands there. */
    private byte[] decoded(int from, int to) {
        if (to > from && token[to - 1] == '=') {
            return NOTHING;
        }
        try {
            return Base64.getUrlDecoder().decode(Arrays.copyOfRange(token, from, to));
        } catch (IllegalArgumentException notBase64) {
            return NOTHING;
        }
    }

    private @Nullable TokenProblem readHeader() {
        Map<String, Object> header = StrictJson.object(this.header, StrictJson.Duplicates.NESTED_ALLOWED);
        if (header == null) {
            return TokenProblem.HEADER_MALFORMED;
        }
        if (!"RS256".equals(header.get("alg"))) {
            return TokenProblem.ALGORITHM;
        }
        Object type = header.get("typ");
        if (type != null && !(type instanceof String text && text.equalsIgnoreCase("JWT"))) {
            return TokenProblem.TOKEN_TYPE;
        }
        for (String member : header.keySet()) {
            if (REFUSED_MEMBERS.contains(member)) {
                return TokenProblem.HEADER_MEMBER;
            }
        }
        if (header.containsKey("nonce")) {
            return TokenProblem.OTHER_RESOURCE;
        }
        if (!(header.get("kid") instanceof String id) || id.isEmpty() || id.length() > KID_CHARS_MAX) {
            return TokenProblem.KEY_ID;
        }
        kid = id;
        return null;
    }

    private @Nullable TokenProblem readPayload() {
        Map<String, Object> payload = StrictJson.object(this.payload, StrictJson.Duplicates.NESTED_ALLOWED);
        if (payload == null) {
            return TokenProblem.PAYLOAD_MALFORMED;
        }
        for (String name : payload.keySet()) {
            if (!USED_CLAIMS.contains(name) && USED_CLAIMS_IN_ANY_CASE.contains(name)) {
                return TokenProblem.CLAIM_SPELLING;
            }
        }
        claims = payload;
        return null;
    }

    private @Nullable TokenProblem readIssuer(Map<Guid, Tenant> tenants) {
        Guid id = guid("tid");
        Tenant ours = id == null ? null : tenants.get(id);
        if (ours == null) {
            return TokenProblem.TENANT;
        }
        TokenVersion claimed = claims.get("ver") instanceof String text
                ? TokenVersion.parse(text).orElse(null)
                : null;
        if (claimed == null || !ours.versions().contains(claimed)) {
            return TokenProblem.VERSION;
        }
        if (!ours.issuer(claimed).equals(claims.get("iss"))) {
            return TokenProblem.ISSUER;
        }
        tenant = ours;
        version = claimed;
        return null;
    }

    /** One string out of the set: Entra never sends an array, and an array would let another audience ride along. */
    private @Nullable TokenProblem readAudience() {
        boolean ours = claims.get("aud") instanceof String audience
                && tenant().audiences().contains(audience);
        return ours ? null : TokenProblem.AUDIENCE;
    }

    private @Nullable TokenProblem readTimes(Instant now) {
        Long expires = seconds("exp");
        Long notBefore = seconds("nbf");
        Long issued = seconds("iat");
        if (expires == null || notBefore == null || issued == null) {
            return TokenProblem.TIME_CLAIM;
        }
        expiresAt = Instant.ofEpochSecond(expires);
        Duration skew = bounds.clockSkew();
        if (!now.isBefore(expiresAt.plus(skew))) {
            return TokenProblem.EXPIRED;
        }
        if (Instant.ofEpochSecond(notBefore).minus(skew).isAfter(now)) {
            return TokenProblem.NOT_YET_VALID;
        }
        if (Instant.ofEpochSecond(issued).minus(skew).isAfter(now)) {
            return TokenProblem.ISSUED_IN_FUTURE;
        }
        boolean tooLong = expires - issued > bounds.lifetimeMax().toSeconds();
        return tooLong ? TokenProblem.LIFETIME : null;
    }

    private @Nullable TokenProblem readPrincipal() {
        Guid oid = guid("oid");
        if (oid == null) {
            return TokenProblem.SUBJECT;
        }
        Guid client = guid(version.clientClaim());
        if (client == null) {
            return TokenProblem.CLIENT;
        }
        List<String> roleTexts = strings("roles");
        List<String> groupTexts = strings("groups");
        Object tokenId = claims.getOrDefault("uti", "");
        if (roleTexts == null || groupTexts == null || !(tokenId instanceof String uti)) {
            return TokenProblem.CLAIM_TYPE;
        }
        Set<String> roles = Set.copyOf(roleTexts);
        Object subjectKind = claims.get("idtyp");
        boolean app = "app".equals(subjectKind);
        if (subjectKind != null && !app && !"user".equals(subjectKind)) {
            return TokenProblem.SUBJECT_KIND;
        }
        Set<String> contexts = oneOrMore("acrs");
        Set<String> capabilities = oneOrMore("xms_cc");
        if (contexts == null || capabilities == null) {
            return TokenProblem.CLAIM_TYPE;
        }
        TokenProblem problem = readAdmission(app);
        if (problem == null) {
            problem = app ? readAppRoles(roles) : readScope();
        }
        if (problem == null && !holdsARole(roles)) {
            problem = TokenProblem.ROLE;
        }
        if (problem == null) {
            problem = readOverage();
        }
        if (problem == null && overage && !tenant().groupsLookedUp()) {
            problem = TokenProblem.GROUPS_INCOMPLETE;
        }
        if (problem != null) {
            return problem;
        }
        if (overage) {
            // What is listed beside the marker may be a part only, so none of it counts.
            groupTexts = List.of();
        }
        SharedGuids shared = tenant().sharedGuids();
        List<Guid> groups = new ArrayList<>(groupTexts.size());
        for (String text : groupTexts) {
            Optional<Guid> group = Guid.parse(text);
            if (group.isEmpty()) {
                return TokenProblem.GROUP_NAMES;
            }
            groups.add(shared.of(group.get()));
        }
        Principal.Kind kind = app ? Principal.Kind.APP : Principal.Kind.USER;
        principal = new Principal(
                tenant().id(),
                oid,
                kind,
                shared.of(client),
                GuidSet.of(groups),
                roles,
                uti,
                expiresAt,
                PolicyClaims.of(claims, tenant().claims()),
                Principal.Attributes.of(app ? Set.of() : contexts, agent, guest));
        for (String capability : capabilities) {
            takesChallenges |= CHALLENGE_CAPABILITY.equalsIgnoreCase(capability);
        }
        return null;
    }

    /** Agents and guests, which a tenant takes or does not. */
    private @Nullable TokenProblem readAdmission(boolean app) {
        Set<String> facets = words("xms_act_fct");
        Set<String> subjectFacets = words("xms_sub_fct");
        Set<String> relations = words("xms_idrel");
        if (facets == null || subjectFacets == null || relations == null) {
            return TokenProblem.CLAIM_TYPE;
        }
        if (intersects(subjectFacets, AGENT_FACETS) || (app && intersects(facets, AGENT_FACETS))) {
            agent = Principal.Agent.ITSELF;
        } else if (intersects(facets, AGENT_FACETS)) {
            agent = Principal.Agent.FOR_USER;
        }
        if (agent != Principal.Agent.NONE && !tenant().demands().agents()) {
            return TokenProblem.AGENT;
        }
        if (claims.containsKey("idp") && !(claims.get("idp") instanceof String)) {
            return TokenProblem.CLAIM_TYPE;
        }
        // acct: 0 is a member, 1 a guest; whatever else may come is not known to be a member.
        Object account = claims.getOrDefault("acct", 0L);
        boolean member = account.equals(0L) || account.equals("0");
        boolean home = !claims.containsKey("idp")
                || tenant().issuer(TokenVersion.V1).equals(claims.get("idp"))
                || tenant().issuer(TokenVersion.V2).equals(claims.get("idp"));
        guest = !member || !home || intersects(relations, GUEST_RELATIONS);
        return guest && !tenant().demands().guests() ? TokenProblem.GUEST : null;
    }

    /** Whether it has one of the roles the tenant asks of everybody. */
    private boolean holdsARole(Set<String> roles) {
        Set<String> asked = tenant().demands().roles();
        return asked.isEmpty() || intersects(roles, asked);
    }

    /** Any application of a tenant can get a token for any API of it; only an assigned role shows that somebody meant it to. */
    private static @Nullable TokenProblem readAppRoles(Set<String> roles) {
        return roles.isEmpty() ? TokenProblem.APP_WITHOUT_ROLE : null;
    }

    private @Nullable TokenProblem readScope() {
        Set<String> scopes = words("scp");
        if (scopes == null) {
            return TokenProblem.CLAIM_TYPE;
        }
        if (scopes.isEmpty()) {
            return TokenProblem.NO_SCOPE;
        }
        String asked = tenant().demands().scope();
        if (asked != null && !scopes.contains(asked)) {
            missingScope = asked;
            return TokenProblem.SCOPE;
        }
        return null;
    }

    /** Whether Entra left groups out of the token: a marker says so, with a groups array beside it or without. */
    private @Nullable TokenProblem readOverage() {
        Object names = claims.get("_claim_names");
        Object hasGroups = claims.get("hasgroups");
        if (names == null && hasGroups == null) {
            return null;
        }
        if (names != null && !(names instanceof Map<?, ?>)) {
            return TokenProblem.CLAIM_TYPE;
        }
        boolean flag;
        if (hasGroups instanceof Boolean value) {
            flag = value;
        } else if (hasGroups instanceof String text) {
            flag = !text.equalsIgnoreCase("false");
        } else if (hasGroups == null) {
            flag = false;
        } else {
            return TokenProblem.CLAIM_TYPE;
        }
        overage = flag || (names instanceof Map<?, ?> elsewhere && elsewhere.containsKey("groups"));
        return null;
    }

    private @Nullable Guid guid(String claim) {
        return claims.get(claim) instanceof String text ? Guid.parse(text).orElse(null) : null;
    }

    private @Nullable Long seconds(String claim) {
        return claims.get(claim) instanceof Long value && value >= 0 && value <= SECONDS_MAX ? value : null;
    }

    /** The strings of an array; empty when the claim is missing, null when it is anything but an array of strings. */
    private @Nullable List<String> strings(String claim) {
        if (!(claims.getOrDefault(claim, List.of()) instanceof List<?> array)) {
            return null;
        }
        List<String> strings = new ArrayList<>(array.size());
        for (Object element : array) {
            if (!(element instanceof String text)) {
                return null;
            }
            strings.add(text);
        }
        return strings;
    }

    /** The same of a claim that Entra also writes as one string when it has one value. */
    private @Nullable Set<String> oneOrMore(String claim) {
        if (claims.get(claim) instanceof String one) {
            return Set.of(one);
        }
        List<String> strings = strings(claim);
        return strings == null ? null : Set.copyOf(strings);
    }

    /** The words of a space-separated string; empty when the claim is missing, null when it is no string. */
    private @Nullable Set<String> words(String claim) {
        if (!(claims.getOrDefault(claim, "") instanceof String text)) {
            return null;
        }
        if (text.indexOf(' ') < 0) {
            return text.isEmpty() ? Set.of() : Set.of(text);
        }
        Set<String> words = new HashSet<>(Arrays.asList(text.split(" ", -1)));
        words.remove("");
        return words;
    }

    private static boolean intersects(Set<String> some, Set<String> others) {
        return !some.isEmpty() && some.stream().anyMatch(others::contains);
    }
}
