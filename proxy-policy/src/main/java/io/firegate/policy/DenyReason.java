package io.firegate.policy;

/** Why the policy refuses: a closed vocabulary, the same words to the caller, in the record and in metrics. */
public enum DenyReason {
    /** No binding gives the caller a tier for this database. */
    NO_TIER("the caller holds no tier for this database"),
    /** An AI agent acts, and no binding that would permit this admits agents: the user's and one of the agent's own must. */
    AGENT_NOT_ADMITTED("agents need a binding that admits them, the user's and one of their own"),
    /** The caller is a guest, and no binding that would permit this admits guests. */
    GUEST_NOT_ADMITTED("no binding that would permit this admits guests"),
    /** The client's address lies in none of the networks a binding asks for. */
    NETWORK("this is permitted from certain networks only"),
    /** It is none of the hours a binding asks for. */
    HOURS("this is permitted at certain hours only"),
    /** The sign-in did not meet the authentication context a binding asks for; the detail of the denial is the context's id. */
    AUTH_CONTEXT("this needs a sign-in that meets an authentication context"),
    /** A held tier serves the database, but no rule of any held tier grants the operation on the path. */
    NO_RULE("no rule of the caller's tiers grants this operation on this path"),
    /** A query could return documents that the serving tier does not grant by one rule. */
    NOT_COVERED("the query could return documents that no single rule grants"),
    /** The tier named by the caller is not one the caller holds for this database. */
    TIER_NOT_HELD("the caller does not hold the tier named in x-firegate-tier"),
    /** The accesses, or an access and the transaction it is in, are served by tiers with different Google credentials. */
    MIXED_CREDENTIALS("the request, with the transaction it may be in, needs tiers with different credentials;"
            + " name one tier in x-firegate-tier from the first call on, or split the request"),
    /** The policy tells apart what the request does not. */
    UNENFORCEABLE("the policy cannot be enforced for this form of request"),
    /** The document, as it is or as the write would leave it, is not among the rows the rule reaches. */
    ROWS("the document, as it is or as it would become, is not one the rule grants"),
    /** The write changes a field that is {@code readonly}. */
    READONLY("the write changes a field that the rule makes read-only"),
    /** The request needs more than {@link Lookups#DOCUMENTS_MAX} documents that conditions look up. */
    LOOKUPS("the request depends on more than 3 other documents that the policy looks up; ask for fewer at once"),
    /** What the write would do does not meet the rule's {@code check}. */
    CHECK("the write does not meet the rule's check"),
    /** The rule's {@code check} cannot be evaluated for the write: a field it asks for is missing or of another kind, or it is too large. */
    CHECK_ERROR("the rule's check cannot be evaluated for this write"),
    /** An explicit read time, and the rule does not say {@code history: true}. */
    HISTORY("reading at an explicit time needs a rule with history: true"),
    /** The principal stands in the deny list. */
    DENIED_PRINCIPAL("the principal is on the deny list"),
    /** The client application stands in the deny list. */
    DENIED_APP("the client application is on the deny list"),
    /** The single token stands in the deny list. */
    DENIED_TOKEN("the token is on the deny list"),
    /** The path, or a path the query could return, stands in the deny list. */
    DENIED_PATH("the path, or one the query could return, is on the deny list"),
    /** The request selects, tests, orders by, computes with or writes a field that does not exist for the caller. */
    HIDDEN_FIELD("the request names a field that the caller may not see");

    private final String sentence;

    DenyReason(String sentence) {
        this.sentence = sentence;
    }

    /** One public sentence, lower case, without a full stop. Tells the caller nothing about stored data. */
    public String sentence() {
        return sentence;
    }
}
