package io.firegate.policy.suite;

import io.firegate.policy.Guid;
import io.firegate.policy.Principal;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Reads a principal as data. What is left out is that of nobody: no binding names it, if nobody writes an id of zeros. */
final class PrincipalReader {
    /** The id of nobody. */
    private static final String NOBODY = "00000000-0000-0000-0000-000000000000";

    private final GivenValues values;
    private final Instant expiresAt;

    /** Reads principals whose tokens end at a moment. */
    PrincipalReader(GivenValues values, Instant expiresAt) {
        this.values = values;
        this.expiresAt = expiresAt;
    }

    Principal read(YamlMapping mapping) {
        Guid tenant = guid(mapping, "tenant");
        Guid oid = guid(mapping, "oid");
        Guid app = guid(mapping, "app");
        Principal.Kind kind = Principal.Kind.USER;
        YamlNode written = mapping.optional("kind");
        String word = written == null ? null : written.asString();
        if (written != null && word != null) {
            switch (word) {
                case "user" -> kind = Principal.Kind.USER;
                case "app" -> kind = Principal.Kind.APP;
                default -> written.problem("`" + word + "` is neither `user` nor `app`");
            }
        }
        Set<Guid> groups = new LinkedHashSet<>();
        for (YamlScalar group : mapping.optionalStrings("groups")) {
            Guid.parse(group.text()).ifPresentOrElse(groups::add, () -> notGuid(group));
        }
        Set<String> roles = new LinkedHashSet<>();
        mapping.optionalStrings("roles").forEach(role -> roles.add(role.text()));
        String token = mapping.optionalString("token");
        Map<String, PolicyValue> claims = new LinkedHashMap<>();
        YamlMapping named = mapping.optionalMapping("claims");
        if (named != null) {
            claims.putAll(values.fields(named).entries());
        }
        Principal.Attributes attributes = attributes(mapping);
        mapping.noOtherKeys();
        return new Principal(
                tenant, oid, kind, app, groups, roles, token == null ? "" : token, expiresAt, claims, attributes);
    }

    private static Principal.Attributes attributes(YamlMapping mapping) {
        Set<String> contexts = new LinkedHashSet<>();
        mapping.optionalStrings("authContexts").forEach(context -> contexts.add(context.text()));
        Principal.Agent agent = Principal.Agent.NONE;
        YamlNode written = mapping.optional("agent");
        String word = written == null ? null : written.asString();
        if (written != null && word != null) {
            switch (word) {
                case "itself" -> agent = Principal.Agent.ITSELF;
                case "for-user" -> agent = Principal.Agent.FOR_USER;
                default -> written.problem("`" + word + "` is neither `itself` nor `for-user`");
            }
        }
        return new Principal.Attributes(contexts, agent, mapping.optionalBoolean("guest", false));
    }

    private static Guid guid(YamlMapping mapping, String key) {
        String text = mapping.optionalString(key);
        Guid guid = text == null ? null : Guid.parse(text).orElse(null);
        if (text != null && guid == null && mapping.optional(key) instanceof YamlScalar scalar) {
            notGuid(scalar);
        }
        return guid == null ? Guid.parse(NOBODY).orElseThrow() : guid;
    }

    private static void notGuid(YamlScalar scalar) {
        scalar.problem("`" + scalar.text() + "` is not a GUID");
    }
}
