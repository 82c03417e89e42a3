package io.firegate.policy;

import io.firegate.policy.condition.PolicyValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The databases a tier serves, as the policy writes them: {@code project/database}, of which a part may hold one {@code {variable}}
 * that a grant of the binding fills in.
 *
 * @param project the first part
 * @param database the second
 */
record DatabasePattern(Part project, Part database) {
    /** Longest text a variable stands for: Firestore's longest database id. */
    private static final int VALUE_MAX = 63;

    /**
     * One part of a name.
     *
     * @param before what stands before the variable; all of it when there is none
     * @param variable the grant's name, or null
     * @param after what stands after the variable
     */
    record Part(String before, @Nullable String variable, String after) {
        /** What the variable stands for in a text; null when the text is of another form, the text itself without a variable. */
        private @Nullable String value(String text) {
            if (variable == null) {
                return text.equals(before) ? text : null;
            }
            int end = text.length() - after.length();
            if (end < before.length() || !text.startsWith(before) || !text.endsWith(after)) {
                return null;
            }
            String value = text.substring(before.length(), end);
            return isValue(value) ? value : null;
        }

        /** Whether a text is of both forms. */
        private boolean meets(Part other) {
            if (variable == null) {
                return other.value(before) != null;
            }
            if (other.variable == null) {
                return value(other.before) != null;
            }
            return (before.startsWith(other.before) || other.before.startsWith(before))
                    && (after.endsWith(other.after) || other.after.endsWith(after));
        }

        private boolean isLike(Part other) {
            return before.equals(other.before)
                    && after.equals(other.after)
                    && (variable == null) == (other.variable == null);
        }

        private String with(String value) {
            return variable == null ? before : before + value + after;
        }

        @Override
        public String toString() {
            return variable == null ? before : before + "{" + variable + "}" + after;
        }
    }

    /** A database without a variable. */
    static DatabasePattern of(DatabaseName name) {
        return new DatabasePattern(new Part(name.project(), null, ""), new Part(name.database(), null, ""));
    }

    /**
     * Whether a variable can stand for a text. Only what an id of a project or a database is made of: a value from a claim names a
     * tenant's own database and never {@code (default)}, another path or an empty name.
     */
    static boolean isValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= VALUE_MAX;
    }

    /** The grants that fill it in. */
    Set<String> variables() {
        Set<String> variables = new LinkedHashSet<>();
        for (Part part : List.of(project, database)) {
            if (part.variable != null) {
                variables.add(part.variable);
            }
        }
        return variables;
    }

    /** Whether a name is of this form, whatever is granted. */
    boolean fits(DatabaseName name) {
        String first = project.value(name.project());
        String second = database.value(name.database());
        // One variable in both parts stands for one value.
        return first != null
                && second != null
                && (project.variable == null || !project.variable.equals(database.variable) || first.equals(second));
    }

    /** Whether a name is of this form and one tuple grants what its variables stand for. */
    boolean fits(DatabaseName name, Map<String, List<PolicyValue>> grants) {
        return fits(name) && granted(project, name.project(), grants) && granted(database, name.database(), grants);
    }

    private static boolean granted(Part part, String text, Map<String, List<PolicyValue>> grants) {
        if (part.variable == null) {
            return true;
        }
        List<PolicyValue> values = grants.get(part.variable);
        String value = part.value(text);
        return values != null && value != null && values.contains(new PolicyValue.Text(value));
    }

    /** Whether a database may be of both forms. */
    boolean meets(DatabasePattern other) {
        return project.meets(other.project) && database.meets(other.database);
    }

    /** Whether a database may be of both forms, though they are written differently. */
    boolean overlaps(DatabasePattern other) {
        return meets(other) && !(project.isLike(other.project) && database.isLike(other.database));
    }

    /** The grants that would give exactly this database. */
    Map<String, List<PolicyValue>> filling(DatabaseName name) {
        Map<String, List<PolicyValue>> grants = new HashMap<>();
        fill(project, name.project(), grants);
        fill(database, name.database(), grants);
        return grants;
    }

    private static void fill(Part part, String text, Map<String, List<PolicyValue>> grants) {
        String value = part.value(text);
        if (part.variable != null && value != null) {
            grants.put(part.variable, List.of(new PolicyValue.Text(value)));
        }
    }

    /** The databases one tuple gives by it. */
    List<DatabaseName> names(Map<String, List<PolicyValue>> grants) {
        List<DatabaseName> names = new ArrayList<>();
        for (String first : values(project, grants)) {
            for (String second : values(database, grants)) {
                DatabaseName name = new DatabaseName(project.with(first), database.with(second));
                if (fits(name, grants)) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private static List<String> values(Part part, Map<String, List<PolicyValue>> grants) {
        if (part.variable == null) {
            return List.of("");
        }
        return grants.getOrDefault(part.variable, List.of()).stream()
                .flatMap(value -> value instanceof PolicyValue.Text(var text) ? Stream.of(text) : Stream.empty())
                .filter(DatabasePattern::isValue)
                .toList();
    }

    @Override
    public String toString() {
        return project + "/" + database;
    }
}
