package io.firegate.policy;

import io.firegate.policy.PathNode.Ending;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one tier by path: finds the most specific rule for a path without looking at the others.
 *
 * <p>The order of specificity: segment by segment from the left a literal beats a variable and a variable beats {@code {x=**}}; of equals
 * the one without {@code {x=**}} wins. There are two ways to the same rule.
 *
 * <p>People write thousands of rules with ids at the same few places. Where the rules that could match paths of a length are of few such
 * {@linkplain PathShape shapes}, a lookup asks one after the other, in order of specificity.
 *
 * <p>Otherwise, and whenever a set of documents is asked for, it goes through a tree of segments ({@link PathNode}): each node has its
 * literal children and one child for a variable. Three kinds of rules end at a node: those without {@code {x=**}}, those that go on with it, and
 * those that begin with it and match here with nothing before. Rules that begin with {@code {x=**}} also stand in one tree per length, entered
 * that many segments before the end of the path. A rule whose {@code **} stands first and matches something loses to any that matches the first
 * segment otherwise, and among such rules the longer wins; one whose {@code **} matches nothing is compared by what follows it. Each node
 * knows the operations of the rules at and below it, so a branch without the wanted one is not entered.
 *
 * <p>Filled by one thread while compiling; then only read.
 */
final class PathIndex {
    /** Of how many shapes the rules for paths of a length may be: more would take longer than the tree ({@code ShapesBenchmark}). */
    static final int SHAPES_MAX = 8;
    /** The longest paths found by shape, in collection/document pairs: a shape holds each id of each rule, which a tree shares. */
    static final int SHAPED_PAIRS_MAX = 6;

    private static final PathShape[] NO_SHAPES = {};

    private final int shapesMax;
    /** By number of pairs in the path all shapes that could match, the most specific first; null from when there are too many. */
    private final PathShape[] @Nullable [] byLength = new PathShape[SHAPED_PAIRS_MAX + 1][];

    private final PathNode root = new PathNode();
    /** By number of collection/document pairs; index 0 is unused. */
    private final @Nullable PathNode[] suffixes = new PathNode[ResourcePath.LEVELS_MAX + 1];

    private final Set<String> literals = new HashSet<>();

    private final List<Pair> candidates = new ArrayList<>();
    private int suffixPairsMax;
    private int sizeMax;

    /**
     * Two rules neither of which is more specific than the other on some path.
     *
     * @param first the rule that was added first
     * @param second the other
     * @param operation what both grant
     * @param witness such a path, fresh where both are free
     */
    record Tie(Rule first, Rule second, Operation operation, List<String> witness) {
        @Override
        public String toString() {
            return first.id() + " and " + second.id() + " for " + operation + " at " + String.join("/", witness);
        }
    }

    private record Pair(Rule first, Rule second, Operation operation) {}

    PathIndex() {
        this(SHAPES_MAX);
    }

    /** An index that goes through the tree where there are more shapes, with 0 always. */
    PathIndex(int shapesMax) {
        this.shapesMax = shapesMax;
        Arrays.fill(byLength, NO_SHAPES);
    }

    /** Adds a rule. The first of several that match the same paths keeps the place; {@link #ties} tells of the others. */
    void add(Rule rule) {
        PathPattern pattern = rule.pattern();
        sizeMax = Math.max(sizeMax, pattern.size());
        for (int i = 0; i < pattern.size(); i++) {
            String literal = pattern.literal(i);
            if (literal != null) {
                literals.add(literal);
            }
        }
        shape(PathShape.Outline.of(pattern)).add(rule);
        for (Operation operation : Operation.values()) {
            if (rule.allows(operation)) {
                enter(rule, operation);
            }
        }
    }

    /** The shape of an outline; a new one that nothing asks where every length it matches has too many, or is too long. */
    private PathShape shape(PathShape.Outline outline) {
        for (int pairs = 0; pairs < byLength.length; pairs++) {
            PathShape[] few = byLength[pairs];
            if (few != null && outline.hasLength(2 * pairs)) {
                for (PathShape shape : few) {
                    if (shape.outline().equals(outline)) {
                        return shape;
                    }
                }
            }
        }
        PathShape made = new PathShape(outline);
        for (int pairs = 0; pairs < byLength.length; pairs++) {
            PathShape[] few = byLength[pairs];
            if (few != null && outline.hasLength(2 * pairs)) {
                byLength[pairs] = few.length < shapesMax ? with(few, made, 2 * pairs) : null;
            }
        }
        return made;
    }

    private static PathShape[] with(PathShape[] present, PathShape made, int segments) {
        PathShape[] more = Arrays.copyOf(present, present.length + 1);
        more[present.length] = made;
        Arrays.sort(more, Comparator.comparing(PathShape::outline, PathShape.Outline.bySpecificity(segments)));
        return more;
    }

    private void enter(Rule rule, Operation operation) {
        PathPattern pattern = rule.pattern();
        int op = Rule.slot(operation);
        switch (pattern.form()) {
            case EXACT -> candidate(put(root, Ending.EXACT, rule, op), rule, operation);
            case BELOW -> {
                candidate(put(root, Ending.BELOW, rule, op), rule, operation);
                candidate(end(root, pattern, op).at(Ending.SUFFIX, op), rule, operation);
            }
            case SUFFIX -> {
                int pairs = pattern.size() / 2;
                suffixPairsMax = Math.max(suffixPairsMax, pairs);
                PathNode tree = suffixes[pairs];
                if (tree == null) {
                    tree = new PathNode();
                    suffixes[pairs] = tree;
                }
                put(tree, Ending.EXACT, rule, op);
                candidate(put(root, Ending.SUFFIX, rule, op), rule, operation);
                candidate(end(root, pattern, op).at(Ending.BELOW, op), rule, operation);
            }
        }
    }

    /** Puts a rule at the end of its path; the one that is there already stays, and is answered. */
    private @Nullable Rule put(PathNode tree, Ending ending, Rule rule, int op) {
        return end(tree, rule.pattern(), op).put(ending, rule, op);
    }

    private void candidate(@Nullable Rule first, Rule second, Operation operation) {
        if (first != null) {
            candidates.add(new Pair(first, second, operation));
        }
    }

    /**
     * The ties that no more specific rule hides. Only rules whose literals and variables stand at the same places can tie, so their
     * {@code **} must too, or match nothing in both.
     */
    List<Tie> ties() {
        List<Tie> ties = new ArrayList<>();
        for (Pair pair : candidates) {
            Rule first = pair.first;
            Rule second = pair.second;
            List<String> witness;
            if (first.pattern().form() != second.pattern().form()) {
                // {x=**} matches nothing in either, so the path is as long as the patterns and `below` is found before
                // `suffix`.
                Rule below = first.pattern().form() == PathPattern.Form.BELOW ? first : second;
                List<String> path = below.pattern().fresh();
                witness = below.equals(find(Route.of(path), pair.operation)) ? path : null;
            } else if (first.pattern().form() == PathPattern.Form.EXACT) {
                witness = first.pattern().fresh();
            } else {
                witness = firstWitness(second, first, Reach.EVERYTHING, pair.operation);
            }
            if (witness != null) {
                ties.add(new Tie(first, second, pair.operation, witness));
            }
        }
        return ties;
    }

    /** Where the segments of a pattern lead to; made on the way, with the operation taken down. */
    private PathNode end(PathNode tree, PathPattern pattern, int op) {
        PathNode node = tree;
        node.grant(op);
        for (int i = 0; i < pattern.size(); i++) {
            String literal = pattern.literal(i);
            if (literal != null && i == pattern.size() - 1) {
                node.grantAtLiteral(op);
            }
            node = node.child(literal);
            node.grant(op);
        }
        return node;
    }

    /** How many segments its longest pattern has. */
    int sizeMax() {
        return sizeMax;
    }

    /** The ids rules name, none of which is fresh. */
    Set<String> literals() {
        return literals;
    }

    /** The most specific rule that grants the operation on a document or the root, or null. */
    @Nullable
    Rule find(Route route, Operation operation) {
        int op = Rule.slot(operation);
        if (!root.grants(op)) {
            return null;
        }
        int pairs = route.size() / 2;
        PathShape[] few = pairs < byLength.length && route.size() % 2 == 0 ? byLength[pairs] : null;
        if (few == null) {
            return search(route, op);
        }
        for (PathShape shape : few) {
            Rule rule = shape.find(route, op);
            if (rule != null) {
                return rule;
            }
        }
        return null;
    }

    /** The same by the tree. */
    private @Nullable Rule search(Route route, int op) {
        Rule found = walk(root, route, 0, route.size(), op);
        if (found != null) {
            return found;
        }
        for (int pairs = Math.min(suffixPairsMax, (route.size() - 1) / 2); pairs > 0; pairs--) {
            PathNode tree = suffixes[pairs];
            if (tree != null) {
                found = walk(tree, route, route.size() - 2 * pairs, route.size(), op);
                if (found != null) {
                    return found;
                }
            }
        }
        return root.at(Ending.BELOW, op);
    }

    /** The best rule below a node for the rest of a route; {@code /{x=**}} is left to the caller, because suffixes beat it. */
    private @Nullable Rule walk(PathNode node, Route route, int place, int end, int op) {
        if (!node.grants(op)) {
            return null;
        }
        if (place == end) {
            Rule exact = node.at(Ending.EXACT, op);
            if (exact != null || node == root) {
                return exact;
            }
            Rule below = node.at(Ending.BELOW, op);
            return below != null ? below : node.at(Ending.SUFFIX, op);
        }
        PathNode literal = node.get(route.at(place));
        Rule found = literal == null ? null : walk(literal, route, place + 1, end, op);
        if (found != null) {
            return found;
        }
        PathNode child = node.variable();
        found = child == null ? null : walk(child, route, place + 1, end, op);
        if (found != null || node == root) {
            return found;
        }
        return node.at(Ending.BELOW, op);
    }

    /** Whether rules grant the operation on every document within reach. */
    boolean covers(Reach reach, Operation operation) {
        return find(reach.fresh(reach.parent().size() + 2), operation) != null
                && (!reach.deep() || coversDeep(reach, operation));
    }

    /**
     * Whether rules that begin their {@code {x=**}} at or above the parent of a deep reach match every document within it. Depth
     * by depth, on the document with fresh ids: beyond the longest rule that begins with {@code **} all depths are alike.
     */
    boolean coversDeep(Reach reach, Operation operation) {
        int op = Rule.slot(operation);
        if (coversBelow(root, reach, 0, op)) {
            return true;
        }
        int shortest = reach.parent().size() + 2;
        int longest = shortest + 2 * Math.max(0, suffixPairsMax - 1);
        for (int n = shortest; n <= longest; n += 2) {
            if (!endsInSuffix(reach.fresh(n), op)) {
                return false;
            }
        }
        return true;
    }

    private boolean coversBelow(PathNode node, Reach reach, int place, int op) {
        if (!node.grants(op)) {
            return false;
        }
        if (node.at(Ending.BELOW, op) != null) {
            return true;
        }
        if (place == reach.parent().size()) {
            return false;
        }
        PathNode literal = node.get(reach.parent().get(place));
        if (literal != null && coversBelow(literal, reach, place + 1, op)) {
            return true;
        }
        return node.variable() != null && coversBelow(node.variable(), reach, place + 1, op);
    }

    private boolean endsInSuffix(Route route, int op) {
        for (int pairs = Math.min(suffixPairsMax, route.size() / 2); pairs > 0; pairs--) {
            PathNode tree = suffixes[pairs];
            if (tree != null && walk(tree, route, route.size() - 2 * pairs, route.size(), op) != null) {
                return true;
            }
        }
        return false;
    }

    /** Whether any rule grants the operation on any document within reach, hidden by a more specific one or not. */
    boolean touches(Reach reach, Operation operation) {
        return visit(reach, operation, rule -> true);
    }

    /** A rule that grants the operation on a document within reach, hidden by a more specific one or not; null when none does. */
    @Nullable
    Rule any(Reach reach, Operation operation) {
        @Nullable Rule[] found = new Rule[1];
        visit(reach, operation, rule -> {
            found[0] = rule;
            return true;
        });
        return found[0];
    }

    /** A rule that decides the operation on at least one document within reach and meets the condition, or null. */
    @Nullable
    Rule decisive(Reach reach, Operation operation, Predicate<Rule> condition) {
        @Nullable Rule[] found = new Rule[1];
        boolean any = visit(reach, operation, rule -> {
            found[0] = rule;
            return condition.test(rule) && firstWitness(rule, rule, reach, operation) != null;
        });
        return any ? found[0] : null;
    }

    /**
     * A rule that decides the operation on the very document its path names and meets the condition, or null. What it decides below that
     * document does not count: there it is one rule for many.
     *
     * @param some the rules that are looked at
     */
    @Nullable
    Rule naming(Reach reach, Operation operation, PathIndex some, Predicate<Rule> condition) {
        @Nullable Rule[] found = new Rule[1];
        boolean any = some.visit(reach, operation, rule -> {
            PathPattern pattern = rule.pattern();
            found[0] = rule;
            return pattern.namesDocument()
                    && condition.test(rule)
                    && (pattern.form() == PathPattern.Form.BELOW
                            ? decides(rule, pattern.witness(reach, pattern.size()), operation)
                            : firstWitness(rule, rule, reach, operation) != null);
        });
        return any ? found[0] : null;
    }

    private boolean decides(Rule rule, @Nullable List<String> path, Operation operation) {
        return path != null && rule.equals(find(Route.of(path), operation));
    }

    /**
     * The most general path within reach that {@code rule} matches and {@code winner} decides, or null. It is enough to look at
     * one path per length: a rule that matches the path with fresh ids matches all others of the length too.
     */
    @Nullable
    List<String> firstWitness(Rule rule, Rule winner, Reach reach, Operation operation) {
        // A rule that begins with ** may stand in whole below the parent.
        int longest = Math.min(sizeMax + reach.parent().size() + 4, 2 * ResourcePath.LEVELS_MAX);
        for (int n = 0; n <= longest; n += 2) {
            List<String> path = rule.pattern().witness(reach, n);
            if (path != null && decides(winner, path, operation)) {
                return path;
            }
        }
        return null;
    }

    /**
     * The rule that decides the operation on every document of a reach at every depth, so that no other has a say; null when there
     * is none.
     */
    @Nullable
    Rule only(Reach reach, Operation operation) {
        Rule general = find(reach.fresh(reach.parent().size() + 2), operation);
        if (general == null || general.pattern().form() != PathPattern.Form.BELOW) {
            return null;
        }
        return decisive(reach, operation, rule -> !rule.equals(general)) == null ? general : null;
    }

    /** Whether a rule for the operation matches a document within reach; unlike {@link #touches} exact for every reach. */
    boolean meets(Reach reach, Operation operation) {
        return visit(reach, operation, rule -> rule.pattern().meets(reach));
    }

    /** Shows every rule that matches a document within reach, some twice, until the visitor has seen enough. */
    private boolean visit(Reach reach, Operation operation, Predicate<Rule> enough) {
        int op = Rule.slot(operation);
        if (visitParent(root, reach, 0, op, enough)) {
            return true;
        }
        int n = reach.parent().size() + 2;
        for (int pairs = 1; pairs <= suffixPairsMax; pairs++) {
            PathNode tree = suffixes[pairs];
            if (tree == null) {
                continue;
            }
            // Below a deep reach the rule can begin beneath the parent, so only its last collection matters.
            boolean stop = reach.deep()
                    ? visitSuffix(tree, reach, 2 * pairs, 0, op, enough)
                    : 2 * pairs <= n && visitSuffix(tree, reach, n, n - 2 * pairs, op, enough);
            if (stop) {
                return true;
            }
        }
        return false;
    }

    private boolean visitParent(PathNode node, Reach reach, int place, int op, Predicate<Rule> enough) {
        if (!node.grants(op)) {
            return false;
        }
        if (shows(node.at(Ending.BELOW, op), enough)) {
            return true;
        }
        if (place == reach.parent().size()) {
            return reach.inside() ? visitNamed(node, reach, op, enough) : visitFree(node, reach, op, enough);
        }
        PathNode literal = node.get(reach.parent().get(place));
        if (literal != null && visitParent(literal, reach, place + 1, op, enough)) {
            return true;
        }
        return node.variable() != null && visitParent(node.variable(), reach, place + 1, op, enough);
    }

    /** Rules with at least one more pair than the node. */
    private boolean visitFree(PathNode node, Reach reach, int op, Predicate<Rule> enough) {
        if (!reach.deep() && !reach.collectionId().isEmpty()) {
            return visitNamed(node, reach, op, enough);
        }
        if (node.variable() != null && visitCollection(node.variable(), true, reach, op, enough)) {
            return true;
        }
        for (PathNode child : node.children()) {
            if (visitCollection(child, reach.hasCollection(child.literal()), reach, op, enough)) {
                return true;
            }
        }
        return false;
    }

    /** Rules that go on with the one collection the reach names. */
    private boolean visitNamed(PathNode node, Reach reach, int op, Predicate<Rule> enough) {
        if (node.variable() != null && visitCollection(node.variable(), true, reach, op, enough)) {
            return true;
        }
        PathNode child = node.get(reach.collectionId());
        return child != null && visitCollection(child, true, reach, op, enough);
    }

    private boolean visitCollection(PathNode node, boolean wanted, Reach reach, int op, Predicate<Rule> enough) {
        if (!node.grants(op)) {
            return false;
        }
        if (node.variable() != null && visitDocument(node.variable(), wanted, reach, op, enough)) {
            return true;
        }
        // In one collection only rules that end here count: a policy may name very many documents and things below
        // them.
        if (reach.deep() || node.grantsAtLiteral(op)) {
            for (PathNode child : node.children()) {
                if (visitDocument(child, wanted, reach, op, enough)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean visitDocument(PathNode node, boolean wanted, Reach reach, int op, Predicate<Rule> enough) {
        if (!node.grants(op)) {
            return false;
        }
        if (shows(node.at(Ending.BELOW, op), enough)) {
            return true;
        }
        if (wanted && (shows(node.at(Ending.EXACT, op), enough) || shows(node.at(Ending.SUFFIX, op), enough))) {
            return true;
        }
        return reach.deep() && visitFree(node, reach, op, enough);
    }

    /**
     * Rules of one length that begin with {@code **}.
     *
     * @param n how many segments the path has
     * @param place the segment the node stands before
     */
    private boolean visitSuffix(PathNode node, Reach reach, int n, int place, int op, Predicate<Rule> enough) {
        if (!node.grants(op)) {
            return false;
        }
        if (place == n) {
            return shows(node.at(Ending.EXACT, op), enough);
        }
        if (node.variable() != null && visitSuffix(node.variable(), reach, n, place + 1, op, enough)) {
            return true;
        }
        String fixed = null;
        if (place == n - 2) {
            fixed = reach.lastCollection();
        } else if (place < n - 2 && !reach.deep()) {
            fixed = reach.parent().get(place);
        }
        if (fixed != null) {
            PathNode child = node.get(fixed);
            return child != null && visitSuffix(child, reach, n, place + 1, op, enough);
        }
        for (PathNode child : node.children()) {
            if (visitSuffix(child, reach, n, place + 1, op, enough)) {
                return true;
            }
        }
        return false;
    }

    private static boolean shows(@Nullable Rule rule, Predicate<Rule> enough) {
        return rule != null && enough.test(rule);
    }
}
