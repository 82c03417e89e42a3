package io.firegate.policy.suite;

import io.firegate.policy.AccessRequest;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.RuleCoverage;
import io.firegate.policy.SmallestGrant;
import io.firegate.policy.Standing;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.suite.CaseResult.Finding;
import io.firegate.policy.suite.SuiteCase.Expected;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs suites on a snapshot. Pure: the same suites and snapshot give the same results. */
public final class SuiteRun {
    private final PolicySnapshot snapshot;
    private final WriteTrial writes;
    private final RuleCoverage coverage;
    private final List<CaseResult> results = new ArrayList<>();

    /**
     * A run on a snapshot, of no suite yet.
     *
     * @param writes says what becomes of writes
     */
    public SuiteRun(PolicySnapshot snapshot, WriteTrial writes) {
        this.snapshot = snapshot;
        this.writes = writes;
        this.coverage = new RuleCoverage(snapshot);
    }

    /** Runs every test of a suite. */
    public void run(Suite suite) {
        for (SuiteCase test : suite.cases()) {
            Outcome outcome = new Acting(snapshot, writes, suite.documents(), test).act();
            cover(test, outcome);
            results.add(new CaseResult(test, findings(test, outcome), account(suite, test)));
        }
    }

    /** The results so far, in the order they ran. */
    public List<CaseResult> results() {
        return List.copyOf(results);
    }

    /** Which rules the tests reached. */
    public RuleCoverage coverage() {
        return coverage;
    }

    private List<String> account(Suite suite, SuiteCase test) {
        Standing standing = snapshot.standing(test.principal());
        AccessRequest asked = test.request(test.when().access());
        AccessRequest request = asked.with(Acting.lookups(snapshot, standing, asked, suite.documents()));
        List<String> lines = new ArrayList<>(snapshot.explain(standing, request).lines());
        if (test.when().access().resource() instanceof Resource.Document(var path)) {
            PolicyValue.Fields given = suite.documents().get(path);
            if (given != null) {
                lines.addAll(SmallestGrant.onDocument(snapshot, standing, request, new GivenDocument(path, given)));
            }
        }
        return lines;
    }

    private void cover(SuiteCase test, Outcome outcome) {
        boolean seen = !outcome.visible().isEmpty() || outcome.withheld().isEmpty();
        if (outcome.decision() instanceof Decision.Permit permit && seen) {
            permit.grants().forEach(coverage::permitted);
        }
        if (outcome.decision() instanceof Decision.Deny || !outcome.withheld().isEmpty()) {
            coverage.refused(test.database(), test.when().access().resource());
        }
    }

    private static List<Finding> findings(SuiteCase test, Outcome outcome) {
        Expected then = test.then();
        List<Finding> findings = new ArrayList<>();
        String tier;
        String rule;
        switch (outcome.decision()) {
            case Decision.Permit(var credential, var grants) -> {
                Decision.Grant grant = grants.get(0);
                tier = grant.tier();
                rule = grant.rule();
                if (!then.permit()) {
                    String unseen = !outcome.withheld().isEmpty()
                            ? ", with documents withheld by its `where`: decision: permit and visible say that"
                            : "";
                    findings.add(new Finding("decision", "deny", "permit by tier " + tier + ", rule " + rule + unseen));
                } else if (outcome.fields() == null
                        && then.visible() == null
                        && !outcome.withheld().isEmpty()
                        && outcome.visible().isEmpty()) {
                    // Nobody who writes `permit` means an answer without the document.
                    findings.add(new Finding(
                            "decision",
                            "permit",
                            "permit by tier " + tier + ", rule " + rule
                                    + ", but every given document it asks for is withheld:"
                                    + " visible: [] says so"));
                }
                compare(findings, "credential", then.credential(), credential);
            }
            case Decision.Deny deny -> {
                DenyReason reason = deny.reason();
                tier = deny.tier() == null ? "none" : deny.tier();
                rule = deny.rule() == null ? "none" : deny.rule();
                if (then.permit()) {
                    findings.add(new Finding("decision", "permit", "deny, " + reason + ": " + reason.sentence()));
                } else {
                    compare(
                            findings,
                            "reason",
                            then.reason() == null ? null : then.reason().name(),
                            reason.name());
                }
            }
        }
        if (findings.stream().anyMatch(finding -> finding.what().equals("decision"))) {
            // All else follows from it.
            return findings;
        }
        compare(findings, "tier", then.tier(), tier);
        compare(findings, "rule", then.rule(), rule);
        if (then.visible() != null && !then.visible().equals(outcome.visible())) {
            findings.add(new Finding("visible", paths(then.visible()), paths(outcome.visible())));
        }
        compare(findings, "filter", then.filter(), outcome.filter());
        PolicyValue.Fields fields = then.fields();
        PolicyValue.Fields got = outcome.fields();
        if (fields != null && (got == null || !fields.equals(got))) {
            findings.add(new Finding("fields", ValueText.of(fields), got == null ? "no document" : ValueText.of(got)));
        }
        return findings;
    }

    private static void compare(List<Finding> findings, String what, @Nullable String expected, String got) {
        if (expected != null && !expected.equals(got)) {
            findings.add(new Finding(what, expected, got));
        }
    }

    private static String paths(Set<ResourcePath> paths) {
        return paths.stream().map(ResourcePath::toString).sorted().collect(Collectors.joining(", ", "[", "]"));
    }
}
