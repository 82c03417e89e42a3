package io.firegate.policy;

import io.firegate.policy.Binding.PrincipalKey;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import io.firegate.policy.yaml.YamlSequence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one binding. */
final class BindingReader {
    /** What makes a grant's value the name of a claim. */
    private static final String CLAIM = "claim.";

    /**
     * A binding as written, before the tier it names is known.
     *
     * @param tier the name
     * @param place the binding as a whole
     * @param grants by name, in the order they stand in
     */
    record Draft(
            YamlScalar tier,
            YamlMapping place,
            Set<Guid> groups,
            Set<String> roles,
            Set<Guid> apps,
            Set<PrincipalKey> principals,
            Map<String, Binding.Grant> grants,
            Require require,
            @Nullable Instant until) {

        Binding binding(Tier resolved) {
            return new Binding(
                    resolved,
                    Set.copyOf(groups),
                    Set.copyOf(roles),
                    Set.copyOf(apps),
                    Set.copyOf(principals),
                    grants,
                    require,
                    until);
        }
    }

    private final @Nullable Set<String> claims;

    /** Reads bindings of a gateway whose tenants let a policy use these claims; null when that is not known. */
    BindingReader(@Nullable Set<String> claims) {
        this.claims = claims;
    }

    /** Reads a binding; null after a problem that leaves it without a tier. */
    @Nullable
    Draft read(YamlMapping mapping) {
        YamlNode tier = mapping.required("tier");
        String tierName = tier == null ? null : tier.asString();
        Set<Guid> groups = guids(mapping, "groups", "group names can be recreated by anyone; use the object id");
        Set<String> roles = new LinkedHashSet<>();
        for (YamlScalar role : subjects(mapping, "roles")) {
            if (role.text().isBlank()) {
                role.problem("an empty role");
            } else {
                roles.add(role.text());
            }
        }
        Set<Guid> apps = guids(mapping, "apps", "use the application (client) id");
        Set<PrincipalKey> principals = new LinkedHashSet<>();
        for (YamlScalar principal : subjects(mapping, "principals")) {
            principal(principal).ifPresent(principals::add);
        }
        YamlNode untilNode = mapping.optional("until");
        Instant until = untilNode == null ? null : untilNode.asInstant();
        Require require = RequireReader.read(mapping);
        Map<String, Binding.Grant> grants = grants(mapping);
        boolean anySubject = false;
        for (String key : List.of("groups", "roles", "apps", "principals")) {
            anySubject |= mapping.entry(key) != null;
        }
        if (!anySubject) {
            mapping.problem("a binding without a subject", "add groups, roles, apps or principals");
        }
        mapping.noOtherKeys();
        return tier instanceof YamlScalar scalar && tierName != null
                ? new Draft(scalar, mapping, groups, roles, apps, principals, grants, require, until)
                : null;
    }

    private static List<YamlScalar> subjects(YamlMapping mapping, String key) {
        YamlSequence sequence = mapping.optionalSequence(key);
        if (sequence == null) {
            return List.of();
        }
        Checks.requireSome(sequence, key, "the binding matches nobody");
        return sequence.strings();
    }

    private static Set<Guid> guids(YamlMapping mapping, String key, String fix) {
        Set<Guid> guids = new LinkedHashSet<>();
        for (YamlScalar node : subjects(mapping, key)) {
            Guid.parse(node.text())
                    .ifPresentOrElse(guids::add, () -> node.problem("`" + node.text() + "` is not a GUID", fix));
        }
        return guids;
    }

    static Optional<PrincipalKey> principal(YamlScalar node) {
        String text = node.text();
        int slash = text.indexOf('/');
        if (slash >= 0) {
            Optional<Guid> tenant = Guid.parse(text.substring(0, slash));
            Optional<Guid> oid = Guid.parse(text.substring(slash + 1));
            if (tenant.isPresent() && oid.isPresent()) {
                return Optional.of(new PrincipalKey(tenant.get(), oid.get()));
            }
        }
        node.problem(
                "`" + text + "` is not a principal", "write tenant/oid: the tenant's id, a slash and the object id");
        return Optional.empty();
    }

    private Map<String, Binding.Grant> grants(YamlMapping binding) {
        Map<String, Binding.Grant> grants = new LinkedHashMap<>();
        YamlMapping mapping = binding.optionalMapping("grant");
        if (mapping == null) {
            return grants;
        }
        if (mapping.entries().isEmpty()) {
            mapping.problem("`grant` gives nothing", "write name: value, or leave it out");
        }
        for (YamlMapping.Entry entry : mapping.entries()) {
            if (!isName(entry.name())) {
                entry.key()
                        .problem(
                                "`" + entry.name() + "` cannot name a grant",
                                "letters, digits and _, a letter first: a condition says grant.name");
                continue;
            }
            Binding.Grant grant = grant(entry);
            if (grant != null) {
                grants.put(entry.name(), grant);
            }
        }
        return grants;
    }

    static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean first = i == 0 && c >= '0' && c <= '9';
            if (first || !(Checks.isAlphanumeric(c) || c == '_')) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private Binding.@Nullable Grant grant(YamlMapping.Entry entry) {
        YamlNode node = entry.value();
        if (node instanceof YamlScalar scalar) {
            if (scalar.typed() instanceof String text && text.startsWith(CLAIM)) {
                return claim(scalar, text.substring(CLAIM.length()));
            }
            PolicyValue value = value(scalar);
            return value == null ? null : new Binding.Grant.Given(List.of(value));
        }
        YamlSequence sequence = node.asSequence();
        if (sequence == null) {
            return null;
        }
        Checks.requireSome(sequence, entry.name(), "`in grant." + entry.name() + "` would never hold");
        List<PolicyValue> values = new ArrayList<>();
        for (YamlNode member : sequence) {
            if (!(member instanceof YamlScalar scalar)) {
                member.problem("a grant holds strings, numbers, `true` and `false`");
            } else if (scalar.typed() instanceof String text && text.startsWith(CLAIM)) {
                scalar.problem("a claim in a list of values", "a claim stands alone: " + entry.name() + ": " + text);
            } else {
                PolicyValue value = value(scalar);
                if (value != null && values.contains(value)) {
                    scalar.problem("`" + scalar.text() + "` stands twice");
                } else if (value != null) {
                    values.add(value);
                }
            }
        }
        return new Binding.Grant.Given(values);
    }

    private Binding.@Nullable Grant claim(YamlScalar node, String name) {
        if (name.isEmpty()) {
            node.problem("`claim.` names no claim");
            return null;
        }
        if (claims != null && !claims.contains(name)) {
            Checks.unknown(node, "no tenant of gateway.yaml lets a policy use the claim `" + name + "`", name, claims);
        }
        return new Binding.Grant.FromClaim(name);
    }

    private static @Nullable PolicyValue value(YamlScalar node) {
        return switch (node.typed()) {
            case String text -> new PolicyValue.Text(text);
            case Boolean bool -> new PolicyValue.Bool(bool);
            case Long number -> new PolicyValue.Int(number);
            case Double number -> new PolicyValue.Real(number);
            case null, default -> {
                node.problem("`" + node.text() + "` cannot be granted", "a string, a number, true or false");
                yield null;
            }
        };
    }
}
