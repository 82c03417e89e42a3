package io.firegate.e2e.demo;

import io.firegate.e2e.AuditTrail;
import io.firegate.e2e.Operation;
import io.firegate.e2e.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Walks through the steps, says what came back and why, and counts what did not come back as expected. The reason of a refusal is
 * taken from the answer, as a developer gets it; the reason of a permit from the record, as an auditor gets it.
 */
final class Tour {
    /** Makes the call of a step with a client of the person's own. */
    interface Caller {
        /** Runs an operation. */
        Outcome call(String persona, boolean expiredToken, Operation operation);
    }

    /** Tells how the policy comes to its verdict. */
    interface Account {
        /** The account of one call, a line a fact. */
        List<String> of(String persona, Operation operation);
    }

    private final Page page;
    private final Caller caller;
    private final AuditTrail audit;
    private final Account account;

    Tour(Page page, Caller caller, AuditTrail audit, Account account) {
        this.page = page;
        this.caller = caller;
        this.audit = audit;
        this.account = account;
    }

    /** Runs all steps and returns how many surprised. */
    int run(List<TourStep> steps) {
        int surprises = 0;
        for (int i = 0; i < steps.size(); i++) {
            TourStep step = steps.get(i);
            page.heading(String.format("%2d. %s", i + 1, step.title()));
            page.entry("as", step.as() + (step.expiredToken() ? ", with an expired token" : ""));
            page.entry("asks", Words.of(step.operation()));
            List<String> wrong = walk(step);
            if (step.explained()) {
                page.entry("explained", account.of(step.as(), step.operation()));
            }
            if (!wrong.isEmpty()) {
                page.entry("WRONG", wrong);
                surprises++;
            }
        }
        page.heading(
                surprises == 0
                        ? "All " + steps.size() + " steps came back as the policy says."
                        : surprises + " of " + steps.size() + " steps did NOT come back as expected.");
        return surprises;
    }

    private List<String> walk(TourStep step) {
        int before = audit.size();
        Outcome outcome = caller.call(step.as(), step.expiredToken(), step.operation());
        List<String> wrong = new ArrayList<>();
        switch (outcome) {
            case Outcome.Answered answered -> {
                AuditTrail.Line decision =
                        audit.await(before, line -> line.text("kind").equals("decision"));
                Map<?, ?> access = decision.firstAccess();
                String rule = String.valueOf(access.get("rule"));
                page.entry("got", answered.lines().isEmpty() ? List.of("nothing") : answered.lines());
                page.entry("why", "permitted by tier " + access.get("tier") + ", rule " + rule);
                if (!(step.expectation() instanceof TourStep.Expectation.Permit(String expected))) {
                    wrong.add("expected " + step.expectation());
                } else if (!rule.equals(expected)) {
                    wrong.add("expected rule " + expected + "; the record says " + decision.json());
                }
            }
            case Outcome.Failed failed -> {
                page.entry("got", failed.code() + ": " + failed.message());
                page.entry("why", why(failed));
                TourStep.Expectation actual = new TourStep.Expectation.Deny(failed.code(), failed.reason());
                if (!actual.equals(step.expectation())) {
                    wrong.add("expected " + step.expectation());
                }
                String id = failed.metadata().get("decision");
                if (id != null) {
                    // A line is written soon after the answer; the next step must not take it for its own.
                    audit.await(
                            before,
                            line -> line.text("kind").equals("decision")
                                    && line.text("id").equals(id));
                }
                int decisions = audit.decisionsFrom(before).size();
                if (decisions > 1) {
                    wrong.add("the client tried " + decisions + " times");
                }
            }
        }
        return wrong;
    }

    /** Reason, tier, rule and decision id of a refusal, as far as the answer names them. */
    static String why(Outcome.Failed failed) {
        StringBuilder text = new StringBuilder(failed.reason().isEmpty() ? "no reason given" : failed.reason());
        for (String key : List.of("tier", "rule", "decision")) {
            String value = failed.metadata().get(key);
            if (value != null) {
                text.append(", ").append(key).append(' ').append(value);
            }
        }
        return text.toString();
    }
}
