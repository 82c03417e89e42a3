package io.firegate.policy;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.check.Check;
import io.firegate.policy.condition.Condition;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a rule demands, as the policy states it: {@link Folding} makes obligations of it when caller and request are known.
 *
 * @param where which documents; null for all
 * @param fields which fields
 * @param write what an update must leave as it is
 * @param check what a write must meet beside that; null for nothing
 */
record Terms(
        @Nullable Where where,
        FieldMask fields,
        WriteGuard write,
        @Nullable Check check) {
    /** Demands nothing. */
    static final Terms NONE = new Terms(null, FieldMask.AllFields.INSTANCE, WriteGuard.NoGuard.INSTANCE, null);

    /**
     * A condition and what it depends on.
     *
     * @param condition the condition
     * @param variables the path's variables in it
     * @param usesGrants whether it differs from one grant tuple to the next
     * @param looksUp whether it depends on other documents
     */
    record Where(Condition condition, List<String> variables, boolean usesGrants, boolean looksUp) {
        Where {
            variables = List.copyOf(variables);
        }
    }

    /** Whether it demands anything at all. */
    boolean limited() {
        return limitsReads() || !(write instanceof WriteGuard.NoGuard) || check != null;
    }

    /** Whether some documents or fields are kept from a reader. */
    boolean limitsReads() {
        return where != null || !(fields instanceof FieldMask.AllFields);
    }

    /** Whether a permit by either demands the same of a reader. */
    boolean readLike(Terms other) {
        return Objects.equals(where, other.where) && fields.equals(other.fields);
    }

    /** Whether it depends on other documents. */
    boolean looksUp() {
        return (where != null && where.looksUp)
                || (check != null && !check.lookups().isEmpty());
    }

    /** Whether it differs from one grant tuple to the next. */
    boolean usesGrants() {
        return (where != null && where.usesGrants)
                || (check != null && !check.grants().isEmpty());
    }

    /** The variables its condition uses. */
    List<String> variables() {
        return where == null ? List.of() : where.variables;
    }
}
