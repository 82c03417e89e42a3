package io.firegate.error;

import io.firegate.auth.entra.TokenProblem;
import io.firegate.firestore.enforce.RequestProblem;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.firegate.policy.DenyReason;

/** What to do about each refusal, for {@code docs/errors.md}. A new one does not compile without. */
final class Advice {
    private Advice() {}

    static String on(DenyReason reason) {
        return switch (reason) {
            case NO_TIER ->
                "Ask for membership in a group, or for a role, that a binding names; then get a new token, for groups stand in it.";
            case AGENT_NOT_ADMITTED ->
                "Ask for `require: { agents: allow }` in the user's binding, and for a binding of the agent's application to the same tier.";
            case GUEST_NOT_ADMITTED ->
                "Use a member's account, or ask for `require: { guests: allow }` in the binding.";
            case NETWORK ->
                "Call from one of the networks; the message says where firegate saw the request come from. Operators: `trustedProxies`.";
            case HOURS -> "Try again within the hours the message names.";
            case AUTH_CONTEXT -> "Sign in again for the authentication context the message names.";
            case NO_RULE ->
                "Ask for a rule for this path and operation. A query needs `list`, a collection group `group`.";
            case NOT_COVERED -> "Query a narrower collection, or ask for a rule that covers all of this one.";
            case TIER_NOT_HELD -> "Leave out `x-firegate-tier`, or name a tier you hold for this database.";
            case MIXED_CREDENTIALS ->
                "Send `x-firegate-tier`, in a transaction from its first call on, or split the request by tier.";
            case ROWS ->
                "Write only documents the rule reaches, and leave them so that it still does; the record names the rule.";
            case READONLY -> "Leave the field as it is, or leave it out of the update mask.";
            case CHECK ->
                "Write what the rule's `check` asks for; the record names the rule, the policy holds its text.";
            case CHECK_ERROR ->
                "Look whether every field that the rule's `check` asks for is written, with a value of its kind, and whether what it looks at is not very large. A check that is to let a document without the field pass says `has(doc.field)`.";
            case UNENFORCEABLE ->
                "The message may say what stands in the way. Of a query: name one collection. Of a write: leave alone what the rule's condition reads.";
            case LOOKUPS -> "Ask for fewer documents at once; those that depend on the same one count once.";
            case HISTORY -> "Leave out the read time, or ask for `history: true` in the rule.";
            case DENIED_PRINCIPAL, DENIED_APP ->
                "Ask whoever keeps the policy's deny list; the record names the decision.";
            case DENIED_TOKEN -> "Get a new token. If that is not enough, ask whoever keeps the deny list.";
            case DENIED_PATH -> "Ask for other documents; a query must not be able to reach a denied one.";
            case HIDDEN_FIELD ->
                "Leave the field out; the message says where it stands. What is above a hidden field can be selected, but not tested or ordered by.";
        };
    }

    static String on(TokenProblem problem) {
        return switch (problem) {
            case MISSING -> "Add the header to every call; in an SDK by a credentials object.";
            case REPEATED, EMPTY ->
                "Send one `Authorization: Bearer TOKEN`; look at proxies on the way that add their own.";
            case IN_URL -> "Send it in the header, and get a new one: the URL with this one stands in logs on the way.";
            case TOO_LARGE ->
                "Limit the groups claim to groups assigned to the application. The bound is `limits.tokenBytes`.";
            case NOT_A_TOKEN, HEADER_MALFORMED, PAYLOAD_MALFORMED, CLAIM_SPELLING, CLAIM_TYPE, TIME_CLAIM ->
                "Send the token exactly as Entra issued it.";
            case ALGORITHM, TOKEN_TYPE, HEADER_MEMBER, KEY_ID ->
                "Send an access token that Entra issued; no other kind is taken.";
            case OTHER_RESOURCE, AUDIENCE ->
                "Ask for a scope of firegate's API, `api://CLIENT-ID/SCOPE`. Operators: `tenants.N.audiences`.";
            case TENANT -> "Sign in to the right tenant. Operators: `tenants.N.id`.";
            case VERSION -> "Change the manifest of the API's registration, or `tenants.N.versions`.";
            case ISSUER -> "Get the token from the tenant itself. Operators: `tenants.N.authority`.";
            case UNKNOWN_KEY ->
                "Get a new token. Right after a key rotation one call may come too early: try again after `limits.keyUnknownMillis`.";
            case KEY_ISSUER, SIGNATURE -> "Get a new token; this one was changed or comes from elsewhere.";
            case EXPIRED -> "Let the library refresh the token (MSAL does) in place of keeping it.";
            case NOT_YET_VALID, ISSUED_IN_FUTURE -> "Set the clocks; `limits.clockSkewMillis` is tolerated.";
            case LIFETIME -> "Remove the token lifetime policy in Entra, or raise `limits.tokenLifetimeMillis`.";
            case BOUND -> "Ask for a plain bearer token.";
            case SUBJECT, SUBJECT_KIND -> "Send a token of a person or of an application.";
            case CLIENT -> "Send the access token, not the ID token.";
            case NO_SCOPE ->
                "People: ask for the API's scope. Applications: add the optional claim `idtyp` to the API's registration.";
            case SCOPE -> "Ask for the scope named in the challenge and consent to it. Operators: `tenants.N.scope`.";
            case ROLE -> "Ask for an app role of the API, then get a new token. Operators: `tenants.N.roles`.";
            case APP_WITHOUT_ROLE -> "Assign an app role of the API to the application in Entra.";
            case GROUPS_INCOMPLETE ->
                "Limit the groups claim in the registration, or bind the tier to an app role. Operators: `tenants.N.graph`.";
            case PRINCIPAL_GONE -> "Sign in again, with an account that exists.";
            case GROUPS_UNAVAILABLE ->
                "Try again with backoff. Operators: `/readyz?verbose` and the log say what Graph answers, docs/entra.md what it needs.";
            case GROUP_NAMES -> "Set the groups claim of the registration to group ids.";
            case GUEST -> "Use a member's account. Operators: `tenants.N.guests`, and `require` in a binding.";
            case AGENT -> "Act for yourself. Operators: `tenants.N.agents`, and `require` in the bindings.";
            case KEYS_UNAVAILABLE ->
                "Try again with backoff. Operators: `/readyz` and the log say what the key source answers.";
        };
    }

    static String on(RequestProblem problem) {
        return switch (problem) {
            case METHOD_NOT_GOVERNED -> "Use a governed method, see [below](#methods-refused-by-name).";
            case BAD_FRAME, MALFORMED, NOT_UTF8, AMBIGUOUS ->
                "Send what an official SDK sends; look for a program on the way that rewrites messages.";
            case COMPRESSED -> "Turn request compression off.";
            case TOO_DEEP -> "Nest less.";
            case UNKNOWN_FIELD, UNKNOWN_ENUM ->
                "Leave it out. If a new SDK sends it, firegate is older than the SDK: ask for an update.";
            case REFUSED_FIELD -> "Send a stored kind of value.";
            case HANDLE -> "Leave it out. If a new SDK sends it, firegate is older than the SDK: ask for an update.";
            case BAD_TRANSACTION ->
                "Begin a new transaction: this one is another caller's, another database's, or was begun before the sealing key changed.";
            case BAD_PAGE_SIZE -> "Ask for at least one document, or leave the size out.";
            case BAD_FIELD_PATH -> "Correct the path; the message says where it stands.";
            case BAD_ORDER_BY -> "Write it as `name, age desc`, each field once and by its whole path.";
            case BAD_PAGE_TOKEN -> "List from the first page on; a token goes with its caller and its listing.";
            case NAME_SET -> "Send the name as `parent`, `collection_id` and `document_id`.";
            case SAME_DOCUMENT -> "Use Commit, or send one of the two writes later.";
            case BAD_DATABASE, BAD_NAME, BAD_PARENT, BAD_COLLECTION_ID, BAD_DOCUMENT_ID ->
                "Correct the name; `place` in the record says which.";
            case FOREIGN_DATABASE -> "Send one request for each database.";
            case TOO_MANY_DOCUMENTS, TOO_MANY_WRITES, TOO_MANY_GUARDED, TOO_MANY_PATHS -> "Split the request.";
            case NO_QUERY -> "Send a query.";
            case SEVERAL_COLLECTIONS -> "Query one collection at a time.";
            case NO_OPERATION, NOT_AN_UPDATE -> "Correct the write.";
            case NO_DATABASE, WRITES_ON_FIRST ->
                "Open a Write stream with a message that holds the database and nothing else.";
            case STREAM_RESUMED, TOKEN_ON_FIRST -> "Open a new Write stream; one that has ended cannot be resumed.";
            case BAD_STREAM_TOKEN -> "Send the token of the last answer of this very stream, or none.";
            case OTHER_DATABASE -> "Open a stream for each database.";
            case STREAM_LABELS -> "Leave the labels out.";
            case NO_TARGET -> "Add a target with a query or with documents, or remove one.";
            case BAD_TARGET_ID -> "Give each target of a stream a positive number of its own.";
            case TOO_MANY_PARTS ->
                "Split the request. Under a rule without limits there is no such bound. Operators: `limits.requestParts`.";
            case TOO_MANY_TARGETS -> "Open another stream. Operators: `limits.listenTargets`.";
        };
    }

    static String on(UpstreamFailure failure) {
        return switch (failure) {
            case CONNECT -> "Try again with backoff. Operators: is `upstream` right and reachable?";
            case OVERLOADED ->
                "Try again with backoff. Operators: `limits.upstreamConnections`, `limits.upstreamPending`.";
            case CONNECTION_LOST, RESET ->
                "Try again with backoff. A write may have been done: firegate never sends one twice, and cannot know.";
            case PROTOCOL -> "Report it with the decision id. Operators: is that a Firestore behind `upstream`?";
        };
    }
}
