package io.firegate.auth.credential;

/**
 * Why a fresh Google credential could not be had. A closed vocabulary: the answer to a caller, the log, the metrics and {@code /readyz}
 * use its words, and no text of another party.
 */
public enum CredentialProblem {
    NOT_FETCHED_YET(
            true, "the first one is still being fetched", "Wait some seconds; the log says when it takes longer."),
    SUBJECT_TOKEN_UNAVAILABLE(
            true,
            "firegate could not get a token of its own workload",
            "See `workloadIdentity`: token file, certificate and key must be mounted and readable; a managed identity must be assigned"
                    + " to this machine (`az vm identity show`, `az webapp identity show`) and `resource` must be the App ID URI of an"
                    + " Entra application; on Google Cloud the workload needs a service account."),
    ISSUER_KEY_UNUSABLE(
            false,
            "firegate's own issuer key cannot be used",
            "Look: `firegate keys show DIR` with the directory of this credential's `keys`; `firegate keys new DIR` makes a first one."),
    ENTRA_REFUSED(
            false,
            "Entra did not accept firegate's own application",
            "The certificate or the federated credential must be registered at the application, and the application must have a"
                    + " service principal: `az ad app credential list --id {clientId} --cert`,"
                    + " `az ad app federated-credential list --id {clientId}`, `az ad sp show --id {clientId}`. The AADSTS number is"
                    + " explained at https://login.microsoftonline.com/error"),
    STS_GRANT_REFUSED(
            false,
            "Google STS did not accept firegate's own token (invalid_grant)",
            "The token's issuer or audience is not the provider's, it has expired, or Google cannot reach the issuer's keys. Compare:"
                    + " `gcloud iam workload-identity-pools providers describe {provider}`. For kind gateway-issuer the provider must have the"
                    + " keys of `firegate keys show`: `gcloud iam workload-identity-pools providers update-oidc {provider}"
                    + " --jwk-json-path=jwks.json`"),
    STS_TARGET_UNKNOWN(
            false,
            "Google STS knows no such workload identity provider (invalid_target)",
            "Pool or provider is missing, disabled or deleted, or `workloadIdentity.audience` is spelled wrong. Look:"
                    + " `gcloud iam workload-identity-pools providers describe {provider}`"),
    STS_CONDITION_REFUSED(
            false,
            "the provider's attribute condition refused firegate's own token",
            "The condition names another tenant, application or subject than the token has. Look:"
                    + " `gcloud iam workload-identity-pools providers describe {provider} --format='value(attributeCondition)'`"),
    STS_REQUEST_REFUSED(
            false,
            "Google STS did not take the request",
            "Check `workloadIdentity.audience`, and that the API is on: `gcloud services enable sts.googleapis.com`"),
    FEDERATED_TOKEN_REFUSED(
            false,
            "Google IAM did not accept the token that came before the service account's",
            "The pool was disabled, or the workload's account or scope changed. Look:"
                    + " `gcloud iam workload-identity-pools describe {pool}`"),
    IMPERSONATION_DENIED(
            false,
            "firegate may not act as the service account of this tier",
            "`gcloud iam service-accounts add-iam-policy-binding {account} --role={role} --member={member}`; it takes some minutes"
                    + " to work. Google gives the same answer for an account that does not exist."),
    ACCOUNT_UNKNOWN(
            false,
            "the service account of this tier does not exist",
            "Correct `account`, or create it: `gcloud iam service-accounts create`. Look:"
                    + " `gcloud iam service-accounts describe {account}`"),
    IMPERSONATION_REFUSED(
            false,
            "Google IAM did not take the request for the service account's token",
            "More than 3600000 for `limits.credentialLifetimeMillis` needs the organization policy"
                    + " iam.allowServiceAccountCredentialLifetimeExtension; and the API must be on:"
                    + " `gcloud services enable iamcredentials.googleapis.com`"),
    THROTTLED(
            true,
            "too many requests for tokens",
            "Firegate waits as long as it is told. See the quotas of Security Token Service and of IAM in the project the pool is in."),
    SERVICE_FAILED(
            true,
            "the token service failed",
            "Nothing to change here; firegate tries again. See the status page of the service named."),
    UNREACHABLE(
            true,
            "the token service cannot be reached",
            "Check name resolution, routes, proxies and firewalls from this machine to the host named."),
    TIMEOUT(
            true,
            "the token service did not answer in time",
            "Check the route to the host named; `limits.credentialFetchMillis` bounds the wait."),
    MALFORMED_ANSWER(
            true,
            "the token service gave an answer that is none",
            "Something between firegate and the service may be answering in its place: a proxy or a captive portal."),
    CLOCK_WRONG(
            true,
            "the clocks of firegate and the token service differ",
            "Set this machine's clock (`timedatectl status`): tokens are refused, or seem expired, when it is wrong.");

    private final boolean passing;
    private final String sentence;
    private final String remedy;

    CredentialProblem(boolean passing, String sentence, String remedy) {
        this.passing = passing;
        this.sentence = sentence;
        this.remedy = remedy;
    }

    /** Whether it may end by itself; else somebody must change something. */
    public boolean passing() {
        return passing;
    }

    /** What is wrong, lower case, no full stop. Tells nothing of the installation, so anybody may read it. */
    public String sentence() {
        return sentence;
    }

    /** What the operator should do; {@code {account}}, {@code {provider}}, {@code {pool}}, {@code {role}} and {@code {member}} stand for their own. */
    public String remedy() {
        return remedy;
    }
}
