package io.firegate.policy.condition;

import java.util.List;
import java.util.Locale;

/** One side of a comparison. */
public sealed interface Operand {
    /** {@code doc.field}. */
    record Doc(FieldPath field) implements Operand {}

    /** A value the policy writes. */
    record Literal(PolicyValue value) implements Operand {}

    /** {@code caller.oid} and the like. */
    record Caller(Attribute attribute) implements Operand {}

    /** {@code caller.claims.name}. */
    record Claim(String name) implements Operand {}

    /** A variable of the rule's path. */
    record Variable(String name) implements Operand {}

    /** {@code lookup(path).field}: a field of another document, read before this one. */
    record Lookup(LookupPath path, FieldPath field) implements Operand {}

    /** What a verified token says of its caller. */
    enum Attribute {
        OID,
        TENANT,
        APP,
        /** The application of the AI agent that acts; of other callers there is none. */
        AGENT;

        /** As a condition names it, behind {@code caller.}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What {@code in} looks into. */
    sealed interface Values {
        /** Whether a variable of the path is among them. */
        default boolean mentions(String variable) {
            return this instanceof Listed(var elements) && elements.contains(new Variable(variable));
        }

        /** {@code [a, b]}: nothing that stands in the document. */
        record Listed(List<Operand> elements) implements Values {
            public Listed {
                elements = List.copyOf(elements);
            }
        }

        /** {@code grant.name}. */
        record Grant(String name) implements Values {}

        /** {@code caller.claims.name}: a claim with several values, or one. */
        record Claim(String name) implements Values {}

        /** {@code lookup(path).field}: the members of an array; any other value is none. */
        record LookedUp(Lookup lookup) implements Values {}
    }
}
