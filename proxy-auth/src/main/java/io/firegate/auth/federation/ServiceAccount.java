package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import java.util.regex.Pattern;

/**
 * A credential of kind service-account: its name in gateway.yaml, the account, and who may act as it.
 *
 * @param name the entry under {@code credentials}
 * @param account the account's e-mail address
 * @param audience the workload identity provider; empty where the workload is a service account itself
 */
record ServiceAccount(String name, String account, String audience) {
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
                .replace(
                        "{role}", federated ? "roles/iam.workloadIdentityUser" : "roles/iam.serviceAccountTokenCreator")
                .replace(
                        "{member}",
                        federated
                                ? "principal://iam.googleapis.com/" + pool + "/subject/SUBJECT"
                                : "serviceAccount:WORKLOAD_ACCOUNT");
    }
}
