package io.firegate.policy.condition;

import java.util.List;

/** What became of a condition's text. */
public sealed interface Reading {
    /**
     * It is a condition.
     *
     * @param condition what it says
     * @param clauses its comparisons and its {@code !}, with their places, in the text's order
     * @param mentions what it names, with the places, in the text's order
     */
    record Read(Condition condition, List<Clause> clauses, List<Mention> mentions) implements Reading {
        public Read {
            clauses = List.copyOf(clauses);
            mentions = List.copyOf(mentions);
        }
    }

    /** It is none; at least one mistake. */
    record Mistaken(List<Mistake> mistakes) implements Reading {
        public Mistaken {
            mistakes = List.copyOf(mistakes);
        }
    }

    /**
     * A part of a condition and where it stands.
     *
     * @param condition anything but {@link Condition.And} and {@link Condition.Or}
     * @param at where its operator stands
     */
    record Clause(Condition condition, int at) {}

    /** A name in a condition and where it stands. */
    sealed interface Mention {
        /** Where it begins. */
        int at();

        /** The same in a text that it is a part of. */
        default Mention behind(int start) {
            return switch (this) {
                case OfField(var field, int at) -> new OfField(field, start + at);
                case OfGrant(var name, int at, boolean inPath) -> new OfGrant(name, start + at, inPath);
                case OfLookup(var path, int at) -> new OfLookup(path, start + at);
                case OfClaim(var name, int at) -> new OfClaim(name, start + at);
                case OfVariable(var name, int at) -> new OfVariable(name, start + at);
            };
        }

        /** {@code doc.field}. */
        record OfField(FieldPath field, int at) implements Mention {}

        /**
         * {@code grant.name}.
         *
         * @param inPath whether it is an id in the path of a lookup, which has one value
         */
        record OfGrant(String name, int at, boolean inPath) implements Mention {}

        /** {@code lookup(path)}; what stands in its path is mentioned before it. */
        record OfLookup(LookupPath path, int at) implements Mention {}

        /** {@code caller.claims.name}. */
        record OfClaim(String name, int at) implements Mention {}

        /** A variable of the path. */
        record OfVariable(String name, int at) implements Mention {}
    }
}
