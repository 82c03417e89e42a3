package io.firegate.auth.entra;

import io.firegate.policy.condition.PolicyValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The claims of a token that a policy may use, as values it can compare. */
final class PolicyClaims {
    private PolicyClaims() {}

    /**
     * Those of the names that the token has as a string, number, boolean or list of strings. A claim of any other form is left out: a
     * condition takes it for absent, and nothing is granted by it.
     */
    static Map<String, PolicyValue> of(Map<String, Object> claims, Set<String> names) {
        if (names.isEmpty()) {
            return Map.of();
        }
        Map<String, PolicyValue> values = new HashMap<>();
        for (String name : names) {
            PolicyValue value = value(claims.get(name));
            if (value != null) {
                values.put(name, value);
            }
        }
        return values;
    }

    private static @Nullable PolicyValue value(@Nullable Object claim) {
        return switch (claim) {
            case String text -> text(text);
            case Long number -> new PolicyValue.Int(number);
            case Double number -> new PolicyValue.Real(number);
            case Boolean bool -> new PolicyValue.Bool(bool);
            case List<?> list -> strings(list);
            case null, default -> null;
        };
    }

    private static @Nullable PolicyValue strings(List<?> list) {
        List<PolicyValue> values = new ArrayList<>(list.size());
        for (Object element : list) {
            PolicyValue value = element instanceof String text ? text(text) : null;
            if (value == null) {
                return null;
            }
            values.add(value);
        }
        return new PolicyValue.Array(values);
    }

    /** JSON can spell half of a surrogate pair; no stored string has one, and on the wire it would become another character. */
    private static @Nullable PolicyValue text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return null;
            }
        }
        return new PolicyValue.Text(text);
    }
}
