package io.firegate.policy;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Which credential is used for which databases. */
public final class CredentialUse {
    private CredentialUse() {}

    /** Databases by the name of the credential, both in order of rank. */
    public static Map<String, Set<DatabaseName>> of(PolicySnapshot snapshot) {
        Map<String, Set<DatabaseName>> use = new LinkedHashMap<>();
        for (Tier tier : snapshot.tiers()) {
            use.computeIfAbsent(tier.credential(), name -> new LinkedHashSet<>())
                    .addAll(snapshot.databases(tier, null));
        }
        return use;
    }
}
