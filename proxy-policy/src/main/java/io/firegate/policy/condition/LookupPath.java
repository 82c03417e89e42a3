package io.firegate.policy.condition;

import java.util.ArrayList;
import java.util.List;

/**
 * The path of a document a condition looks up: collection and document ids in turn, each written in the policy or taken from what is
 * known before anything is read.
 *
 * @param pieces one per id
 */
public record LookupPath(List<Piece> pieces) {
    public LookupPath {
        pieces = List.copyOf(pieces);
    }

    /** One id. */
    public sealed interface Piece {
        /** The policy says it. */
        record Id(String id) implements Piece {}

        /** A variable of the rule's path, what the token says of the caller, or a claim with a single value. */
        record Known(Operand operand) implements Piece {}

        /** {@code grant.name}: the one value of the tuple. */
        record Granted(String name) implements Piece {}
    }

    /** Whether a variable of the rule's path is one of its ids. */
    public boolean mentions(String variable) {
        return pieces.contains(new Piece.Known(new Operand.Variable(variable)));
    }

    /** The grants that give ids of it. */
    public List<String> grants() {
        List<String> names = new ArrayList<>();
        for (Piece piece : pieces) {
            if (piece instanceof Piece.Granted(var name)) {
                names.add(name);
            }
        }
        return names;
    }
}
