package io.firegate.policy.check;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.Operand;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a rule demands of a write beside its rows: a compiled CEL expression. Immutable, for any thread. Two of one text are equal. */
public final class Check {
    /**
     * Work of one evaluation, counted in values that are looked at: what a caller can make of it is spent on an event loop. The dearest
     * expressions there are take about a tenth of a second for it on a busy machine, an ordinary one needs less than a thousand.
     */
    static final int WORK_MAX = 300_000;

    /** Characters or bytes that are as much work as one value. */
    private static final int CHARS_PER_VALUE = 16;

    /** What a character that is matched against a regular expression costs more than one that is compared. */
    private static final int MATCH_FACTOR = 50;

    /** What compiling a regular expression costs. */
    private static final int MATCH_COST = 2_000;

    private final String text;
    private final CelRuntime.Program program;
    private final Names names;

    /** What came out. */
    public enum Verdict {
        /** It is true. */
        HOLDS,
        /** It is anything but true. */
        FAILS,
        /** It cannot be said: something it asks for is missing or of another kind, or it is too much work. */
        ERROR,
        /** It asks for a field that only Firestore's clock knows. */
        CLOCK
    }

    /**
     * What an expression names.
     *
     * @param uses what it asks of documents
     * @param attributes which attributes of the caller
     * @param claims which claims
     * @param grants which grants
     * @param variables which variables of the path
     * @param lookups which other documents
     * @param rooted the expressions each of which goes through all that is known
     * @param matched the expressions that are matched against regular expressions
     */
    record Names(
            List<Use> uses,
            Set<Operand.Attribute> attributes,
            Set<String> claims,
            Set<String> grants,
            Set<String> variables,
            List<CheckLookup> lookups,
            Set<Long> rooted,
            Set<Long> matched) {
        Names {
            uses = List.copyOf(uses);
            attributes = Set.copyOf(attributes);
            claims = Set.copyOf(claims);
            grants = Set.copyOf(grants);
            variables = Set.copyOf(variables);
            lookups = List.copyOf(lookups);
            rooted = Set.copyOf(rooted);
            matched = Set.copyOf(matched);
        }
    }

    Check(String text, CelRuntime.Program program, Names names) {
        this.text = text;
        this.program = program;
        this.names = names;
    }

    /** As it is written. */
    public String text() {
        return text;
    }

    /** The attributes of the caller it asks for. */
    public Set<Operand.Attribute> attributes() {
        return names.attributes;
    }

    /** The claims it asks for. */
    public Set<String> claims() {
        return names.claims;
    }

    /** The grants it asks for: whether it differs from one grant tuple to the next. */
    public Set<String> grants() {
        return names.grants;
    }

    /** The variables of the path it asks for. */
    public Set<String> variables() {
        return names.variables;
    }

    /** The other documents it looks up. */
    public List<CheckLookup> lookups() {
        return names.lookups;
    }

    /**
     * Thrown when it is too much work, or comes to what is no number. An error, because CEL takes the exceptions of one side of
     * {@code ||} for an unknown.
     */
    private static final class Hopeless extends Error {
        private static final long serialVersionUID = 1L;

        Hopeless() {
            super(null, null, false, false);
        }
    }

    /** Watches one evaluation. */
    private final class Meter {
        private final long known;
        private final long most;
        private long work;

        /**
         * Begins.
         *
         * @param known how many values have been made for it
         * @param most how much work it may be
         */
        Meter(int known, long most) {
            this.known = known;
            this.most = most;
            this.work = known;
        }

        void evaluated(CelExpr expr, Object result) {
            long cost = 1 + weight(result, most);
            if (names.rooted.contains(expr.id())) {
                cost += known;
            }
            if (names.matched.contains(expr.id())) {
                cost = cost * MATCH_FACTOR + MATCH_COST;
            }
            work += cost;
            // The runtime's NaN is larger than any number, so a bound from below would hold.
            boolean noNumber = result instanceof Double number && number.isNaN();
            if (noNumber || work > most) {
                throw new Hopeless();
            }
        }

        /** The values in a result, counted no further than to the most. */
        private static long weight(@Nullable Object value, long most) {
            if (value instanceof String text) {
                return 1L + text.length() / CHARS_PER_VALUE;
            }
            if (value instanceof CelByteString bytes) {
                return 1L + bytes.size() / CHARS_PER_VALUE;
            }
            long sum = 1;
            if (value instanceof Collection<?> elements) {
                for (Object element : elements) {
                    sum += weight(element, most - sum);
                    if (sum > most) {
                        return sum;
                    }
                }
            } else if (value instanceof Map<?, ?> map) {
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    sum += weight(entry.getKey(), most - sum) + weight(entry.getValue(), most - sum);
                    if (sum > most) {
                        return sum;
                    }
                }
            }
            return sum;
        }
    }

    Verdict judge(CheckFacts facts, @Nullable Image old, @Nullable Image doc, CheckBudget budget) {
        if (!facts.awaited().isEmpty()) {
            return Verdict.ERROR;
        }
        if (!isKnown(old, true) || !isKnown(doc, false)) {
            return Verdict.CLOCK;
        }
        CheckValues values = new CheckValues(facts.documents());
        Map<String, Object> known = new HashMap<>();
        known.put("old", document(values, old, true, facts));
        known.put("doc", document(values, doc, false, facts));
        known.put("now", facts.now());
        facts.variables().forEach(known::put);
        known.put("caller.agent", NullValue.NULL_VALUE);
        facts.caller().forEach((attribute, value) -> known.put("caller." + attribute.word(), value));
        // What is missing has no place, and to ask for it is an error.
        facts.lookups().forEach((name, fields) -> {
            Map<String, Object> found = new HashMap<>();
            fields.forEach((field, value) -> found.put(field, values.of(value)));
            known.put(name, found);
        });
        Map<String, Object> claims = new HashMap<>();
        facts.claims().forEach((name, value) -> claims.put(name, values.of(value)));
        known.put("caller.claims", claims);
        Map<String, Object> grants = new HashMap<>();
        facts.grants().forEach((name, granted) -> grants.put(name, values.list(granted)));
        known.put("grant", grants);
        Meter meter = new Meter(values.count(), budget.allowance());
        try {
            return Boolean.TRUE.equals(program.trace(known, meter::evaluated)) ? Verdict.HOLDS : Verdict.FAILS;
        } catch (CelEvaluationException | Hopeless | StackOverflowError notTrue) {
            return Verdict.ERROR;
        } finally {
            budget.spend(meter.work);
        }
    }

    private boolean isKnown(@Nullable Image image, boolean old) {
        if (image == null) {
            return true;
        }
        for (FieldPath field : image.clocked()) {
            for (Use use : names.uses) {
                if (use.old() == old && !use.isKnownBesides(field)) {
                    return false;
                }
            }
        }
        return true;
    }

    private Object document(CheckValues values, @Nullable Image image, boolean old, CheckFacts facts) {
        return image == null
                ? NullValue.NULL_VALUE
                : values.document(
                        image, CheckNames.fields(names.uses, old), CheckNames.isWhole(names.uses, old), facts.now());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Check check && text.equals(check.text) && names.variables.equals(check.names.variables);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
