package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import java.util.regex.Pattern;

/**
 * What a credential is for: its name in gateway.yaml, whose it is, and who may have it.
 *
 * @param name the entry under {@code credentials}
 * @param account the account's e-mail address, or the resource of an Entra token
 * @param audience the workload identity provider; empty where nothing is exchanged
 * @param clientId firegate's own application in Entra; empty when it has none or nobody named it
 */
record Target(String name, String account, String audience, String clientId) {
    private static final Pattern PROVIDER = Pattern.compile("//iam\\.googleapis\\.com/((.*)/providers/.*)");

    /** What to do about a problem, with the commands for this account. */
    String remedy(CredentialProblem problem) {
        var parts = PROVIDER.matcher(audience);
        boolean federated = parts.matches();
        String provider = federated ? parts.group(1) : "PROVIDER";
        String pool = federated ? parts.group(2) : "POOL";
        return problem.remedy()
                .replace("{account}", account)
                .replace("{provider}", provider)
                .replace("{pool}", pool)
                .replace("{clientId}", clientId.isEmpty() ? "CLIENT_ID" : clientId)
                .replace(
                        "{role}", federated ? "roles/iam.workloadIdentityUser" : "roles/iam.serviceAccountTokenCreator")
                .replace(
                        "{member}",
                        federated
                                ? "principal://iam.googleapis.com/" + pool + "/subject/SUBJECT"
                                : "serviceAccount:WORKLOAD_ACCOUNT");
    }
}
