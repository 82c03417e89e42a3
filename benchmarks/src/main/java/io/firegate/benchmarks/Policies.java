package io.firegate.benchmarks;

import io.firegate.policy.Compilation;
import io.firegate.policy.Guid;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Policies of any size, in the shape people write: a collection, a document, and sub-collections by name. */
final class Policies {
    static final Guid GROUP = new Guid("aaaaaaaa-0000-4000-8000-000000000001");

    /** A person with one binding. */
    static final Principal CALLER = new Principal(
            new Guid("11111111-2222-3333-4444-555555555555"),
            new Guid("bbbbbbbb-0000-4000-8000-000000000001"),
            Principal.Kind.USER,
            new Guid("cccccccc-0000-4000-8000-000000000001"),
            Set.of(GROUP),
            Set.of(),
            "",
            Instant.MAX);

    /** As many at every size, all held by the caller, so that what grows with the size is the policy and not the caller's standing. */
    private static final int TIERS = 5;

    private Policies() {}

    /** The files of one policy: {@value #TIERS} tiers with the same number of rules each, one tier a file. */
    static List<PolicyFile> files(int rules) {
        return files(rules, "allow: [read, write]", "");
    }

    /** The same where each rule has a condition over the document, the caller and a grant, and the caller two grant tuples. */
    static List<PolicyFile> conditioned(int rules) {
        return files(
                rules,
                "allow: [read], where: doc.ward in grant.ward && doc.owner == caller.oid",
                ", grant: { ward: A }");
    }

    private static List<PolicyFile> files(int rules, String terms, String grant) {
        PolicyFile[] files = new PolicyFile[TIERS];
        for (int i = 0; i < TIERS; i++) {
            files[i] = PolicyFile.of(
                    "tier-" + i + ".yaml", tier(i, i * rules / TIERS, (i + 1) * rules / TIERS, terms, grant));
        }
        return List.of(files);
    }

    private static String tier(int number, int from, int to, String terms, String grant) {
        StringBuilder yaml = new StringBuilder(120 * (to - from) + 400);
        yaml.append("version: 1\ntiers:\n  tier-")
                .append(number)
                .append(":\n    databases: [\"p/(default)\"]\n    credential: local\n    rules:\n");
        for (int i = from; i < to; i++) {
            yaml.append("      - { id: r")
                    .append(i)
                    .append(", path: \"/tenants/t")
                    .append(i / 10)
                    .append("/kind")
                    .append(i % 10)
                    .append("/{d}\", ")
                    .append(terms)
                    .append(" }\n");
        }
        yaml.append("bindings:\n  - { tier: tier-")
                .append(number)
                .append(", groups: [")
                .append(GROUP)
                .append("]")
                .append(grant)
                .append(" }\n");
        if (!grant.isEmpty()) {
            yaml.append("  - { tier: tier-")
                    .append(number)
                    .append(", groups: [")
                    .append(GROUP)
                    .append("], grant: { ward: [B, C] } }\n");
        }
        return yaml.toString();
    }

    static PolicySnapshot compile(List<PolicyFile> files) {
        return switch (PolicyCompiler.compile(files, Set.of("local"))) {
            case Compilation.Compiled compiled -> compiled.snapshot();
            case Compilation.Rejected rejected ->
                throw new IllegalStateException(rejected.problems().get(0).render());
        };
    }
}
