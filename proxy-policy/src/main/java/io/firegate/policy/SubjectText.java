package io.firegate.policy;

import io.firegate.policy.condition.PolicyValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Says bindings in words: whom they name, what they give, and what a principal lacks to be named. */
final class SubjectText {
    private SubjectText() {}

    /** Everybody the binding names, and what it gives them. */
    static String of(Binding binding, Instant now) {
        List<String> parts = new ArrayList<>();
        add(parts, "groups", binding.groups());
        add(parts, "roles", binding.roles());
        add(parts, "apps", binding.apps());
        add(parts, "principals", principals(binding));
        StringBuilder out = new StringBuilder(String.join(" and ", parts));
        if (!binding.grants().isEmpty()) {
            out.append("; grant ")
                    .append(binding.grants().entrySet().stream()
                            .sorted(Map.Entry.comparingByKey())
                            .map(grant -> grant.getKey() + ": " + of(grant.getValue()))
                            .collect(Collectors.joining(", ")));
        }
        String require = of(binding.require());
        if (!require.isEmpty()) {
            out.append("; require ").append(require);
        }
        if (binding.until() != null) {
            out.append(now.isBefore(binding.until()) ? "; until " : "; ended ").append(binding.until());
        }
        return out.toString();
    }

    /** What a binding asks for, in the words of the policy; empty when it asks for nothing. */
    static String of(Require require) {
        List<String> parts = new ArrayList<>();
        if (!require.hours().isEmpty()) {
            parts.add("hours " + joined(require.hours()));
        }
        if (!require.networks().isEmpty()) {
            parts.add("networks " + joined(require.networks()));
        }
        if (require.authContext() != null) {
            parts.add("authContext " + require.authContext());
        }
        if (require.agents()) {
            parts.add("agents: allow");
        }
        if (require.guests()) {
            parts.add("guests: allow");
        }
        return String.join(", ", parts);
    }

    private static String joined(List<?> values) {
        return values.stream().map(Object::toString).collect(Collectors.joining(" or "));
    }

    private static String of(Binding.Grant grant) {
        return switch (grant) {
            case Binding.Grant.Given(var values) ->
                values.stream().map(PolicyValue::describe).collect(Collectors.joining(", ", "[", "]"));
            case Binding.Grant.FromClaim(var claim) -> "the claim " + claim;
        };
    }

    /** What a principal lacks, key by key; empty when the binding names it and gives it the tier. */
    static List<String> lacking(Binding binding, Principal principal, AccessRequest request) {
        List<String> lacking = new ArrayList<>();
        if (Collections.disjoint(binding.groups(), principal.groups())) {
            add(lacking, "groups", binding.groups());
        }
        if (Collections.disjoint(binding.roles(), principal.roles())) {
            add(lacking, "roles", binding.roles());
        }
        if (!binding.apps().contains(principal.app())) {
            add(lacking, "apps", binding.apps());
        }
        if (!binding.principals().contains(new Binding.PrincipalKey(principal.tenant(), principal.oid()))) {
            add(lacking, "principals", principals(binding));
        }
        if (binding.roles().isEmpty()
                && principal.kind() == Principal.Kind.APP
                && principal.roles().isEmpty()) {
            lacking.add("any role, without which an application holds no tier");
        }
        for (Binding.Grant grant : binding.grants().values()) {
            if (grant instanceof Binding.Grant.FromClaim(var claim)
                    && !principal.claims().containsKey(claim)) {
                lacking.add("the claim " + claim);
            }
        }
        Require require = binding.require();
        Set<DenyReason> lacks = require.lacking(principal.attributes(), request);
        if (lacks.contains(DenyReason.AGENT_NOT_ADMITTED)) {
            lacking.add("require agents: allow");
        }
        if (lacks.contains(DenyReason.GUEST_NOT_ADMITTED)) {
            lacking.add("require guests: allow");
        }
        if (lacks.contains(DenyReason.NETWORK)) {
            lacking.add("a client in networks " + joined(require.networks()));
        }
        if (lacks.contains(DenyReason.HOURS)) {
            lacking.add("the hours " + joined(require.hours()));
        }
        if (lacks.contains(DenyReason.AUTH_CONTEXT)) {
            lacking.add("the authentication context " + require.authContext());
        }
        if (binding.until() != null && !request.now().isBefore(binding.until())) {
            lacking.add("a later until: it ended at " + binding.until());
        }
        return lacking;
    }

    private static List<String> principals(Binding binding) {
        return binding.principals().stream()
                .map(key -> key.tenant() + "/" + key.oid())
                .toList();
    }

    private static void add(List<String> parts, String key, Collection<?> wanted) {
        if (!wanted.isEmpty()) {
            String any = wanted.stream().map(Object::toString).sorted().collect(Collectors.joining(" or "));
            parts.add(key + " " + any);
        }
    }
}
