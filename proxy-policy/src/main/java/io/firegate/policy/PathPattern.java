package io.firegate.policy;

import io.firegate.policy.yaml.YamlNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The path of a rule: collection and document ids in turn, each a literal or a variable, and at most one {@code {x=**}} at the
 * beginning or the end that stands for zero or more whole pairs.
 */
final class PathPattern {
    /** Where the {@code {x=**}} stands. */
    enum Form {
        /** None: as many segments as the pattern. */
        EXACT,
        /** Last: the segments, then anything. A pattern of nothing but {@code {x=**}} is of this form. */
        BELOW,
        /** First: anything, then the segments. */
        SUFFIX
    }

    /**
     * A segment that equals no id, literal or name: what matches it matches every id, because only a variable can. A set of paths
     * is covered when the paths that have it wherever the set is free are covered.
     */
    static final String FRESH = "/";

    private final String text;
    private final Form form;
    /** The ids in order without the {@code {x=**}}; null is a variable. */
    private final @Nullable String[] literals;
    /** The variables' names at the same places; null is a literal. */
    private final @Nullable String[] variables;
    /** The name of the {@code {x=**}}. */
    private final @Nullable String rest;

    private PathPattern(
            String text, Form form, @Nullable String[] literals, @Nullable String[] variables, @Nullable String rest) {
        this.text = text;
        this.form = form;
        this.literals = literals;
        this.variables = variables;
        this.rest = rest;
    }

    /** Reads a pattern; reports what is wrong at the node and answers null. */
    static @Nullable PathPattern read(YamlNode node) {
        String text = node.asString();
        if (text == null) {
            return null;
        }
        if (!text.startsWith("/")) {
            node.problem("the path `" + text + "` does not begin with `/`", "write /" + text);
            return null;
        }
        if (text.equals("/")) {
            return new PathPattern(text, Form.EXACT, new String[0], new String[0], null);
        }
        String[] parts = text.substring(1).split("/", -1);
        List<@Nullable String> literals = new ArrayList<>();
        List<@Nullable String> variables = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Form form = Form.EXACT;
        String rest = null;
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            boolean deep = part.startsWith("{") && part.endsWith("=**}");
            String name = deep
                    ? part.substring(1, part.length() - 4)
                    : part.startsWith("{") && part.endsWith("}") ? part.substring(1, part.length() - 1) : null;
            if (name != null) {
                if (!isName(name)) {
                    node.problem(
                            "`" + part + "` is not a variable",
                            "a name of letters, digits and _ in braces: {patient}, or {rest=**}");
                    return null;
                }
                if (!names.add(name)) {
                    node.problem("the variable `" + name + "` stands twice in the path");
                    return null;
                }
            }
            if (deep) {
                if (form != Form.EXACT) {
                    node.problem("more than one `=**` in the path", "one {x=**}, at the beginning or the end");
                    return null;
                }
                if (i != 0 && i != parts.length - 1) {
                    node.problem(
                            "`" + part + "` stands in the middle of the path", "put it at the beginning or the end");
                    return null;
                }
                form = i == parts.length - 1 ? Form.BELOW : Form.SUFFIX;
                rest = name;
                continue;
            }
            if (name == null && !isLiteral(part, node)) {
                return null;
            }
            literals.add(name == null ? part : null);
            variables.add(name);
        }
        if (literals.size() % 2 != 0) {
            node.problem(
                    "the path `" + text + "` names a collection, not documents",
                    form == Form.EXACT
                            ? "collection and document ids in turn: " + text + "/{document}"
                            : "collection and document ids in turn; {x=**} stands for whole pairs");
            return null;
        }
        if (literals.size() > 2 * ResourcePath.LEVELS_MAX) {
            node.problem(
                    "the path is deeper than " + ResourcePath.LEVELS_MAX + " levels; Firestore has no such documents");
            return null;
        }
        return new PathPattern(text, form, literals.toArray(new String[0]), variables.toArray(new String[0]), rest);
    }

    private static boolean isLiteral(String part, YamlNode node) {
        if (part.isEmpty()) {
            node.problem("an empty segment in the path", "remove the extra `/`");
            return false;
        }
        if (part.equals("*") || part.equals("**")) {
            node.problem("`" + part + "` is not a variable", "write {id} for one id, {rest=**} for any pairs");
            return false;
        }
        if (part.indexOf('{') >= 0 || part.indexOf('}') >= 0) {
            node.problem("`" + part + "` is neither an id nor a variable", "a variable is a whole segment: {name}");
            return false;
        }
        if (!ResourcePath.isLegalId(part)) {
            node.problem("Firestore cannot store the id `" + part + "`");
            return false;
        }
        return true;
    }

    private static boolean isName(String name) {
        if (name.isEmpty() || (name.charAt(0) >= '0' && name.charAt(0) <= '9')) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
            if (!ok) {
                return false;
            }
        }
        return true;
    }

    Form form() {
        return form;
    }

    /** How many segments, without the {@code {x=**}}. */
    int size() {
        return literals.length;
    }

    /** The literal at a place, or null for a variable. */
    @Nullable
    String literal(int place) {
        return literals[place];
    }

    /** The names of its variables for single ids, in order. */
    List<String> variables() {
        return Arrays.stream(variables).filter(Objects::nonNull).toList();
    }

    /** The name of its {@code {x=**}}, or null when it has none. */
    @Nullable
    String rest() {
        return rest;
    }

    /** The name of the variable for the document's own id; null when that is a literal or within the {@code {x=**}}. */
    @Nullable
    String idVariable() {
        return form == Form.BELOW || variables.length == 0 ? null : variables[variables.length - 1];
    }

    /** The place of a variable among the segments, without the {@code {x=**}}; -1 when it has none of the name. */
    int place(String variable) {
        for (int i = 0; i < variables.length; i++) {
            if (variable.equals(variables[i])) {
                return i;
            }
        }
        return -1;
    }

    /** Whether these variables stand for the same ids of every path both match. */
    boolean alike(PathPattern other, Collection<String> names) {
        return names.isEmpty()
                || (form == other.form
                        && literals.length == other.literals.length
                        && names.stream().allMatch(name -> place(name) == other.place(name)));
    }

    /** Whether it is {@code /}, the database root and nothing else. */
    boolean isRoot() {
        return form == Form.EXACT && literals.length == 0;
    }

    /** Whether the last segment is a literal document id. */
    boolean endsInLiteral() {
        return form != Form.BELOW && namesDocument();
    }

    /** Whether its last id is a literal: it matches one document of a collection, and with {@code {x=**}} what lies below that as well. */
    boolean namesDocument() {
        return literals.length > 0 && literals[literals.length - 1] != null;
    }

    /** Its segments alone, with {@link #FRESH} for each variable. */
    List<String> fresh() {
        List<String> path = new ArrayList<>(literals.length);
        for (String literal : literals) {
            path.add(literal == null ? FRESH : literal);
        }
        return path;
    }

    /** Whether it matches a document or the root. */
    boolean matches(List<String> path) {
        int n = path.size();
        int from = form == Form.SUFFIX ? n - literals.length : 0;
        if (from < 0 || n < literals.length || (form == Form.EXACT && n != literals.length)) {
            return false;
        }
        for (int i = 0; i < literals.length; i++) {
            String literal = literals[i];
            if (literal != null && !literal.equals(path.get(from + i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * The most general path of {@code n} segments that both the pattern and a reach contain: ids where one of them demands it,
     * {@link #FRESH} elsewhere. Null when there is none.
     */
    @Nullable
    List<String> witness(Reach reach, int n) {
        int size = literals.length;
        if (n < size || (form == Form.EXACT && n != size) || !reach.hasLength(n)) {
            return null;
        }
        int from = form == Form.SUFFIX ? n - size : 0;
        List<String> path = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            String literal = i >= from && i < from + size ? literals[i - from] : null;
            String fixed = reach.fixed(i, n);
            if (literal != null && fixed != null && !literal.equals(fixed)) {
                return null;
            }
            path.add(literal != null ? literal : fixed != null ? fixed : FRESH);
        }
        return path;
    }

    /** The most general path of {@code n} segments that both patterns match, {@link #FRESH} where both are free; null when there is none. */
    @Nullable
    List<String> common(PathPattern other, int n) {
        if (!fits(n) || !other.fits(n)) {
            return null;
        }
        List<String> path = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            String mine = literal(i, n);
            String others = other.literal(i, n);
            if (mine != null && others != null && !mine.equals(others)) {
                return null;
            }
            path.add(mine != null ? mine : others != null ? others : FRESH);
        }
        return path;
    }

    /** Whether their first segments allow a path that both match; not certain, and cheap. */
    boolean mayMeet(PathPattern other) {
        if (form == Form.SUFFIX || other.form == Form.SUFFIX || literals.length == 0 || other.literals.length == 0) {
            return true;
        }
        String mine = literals[0];
        return mine == null || other.literals[0] == null || mine.equals(other.literals[0]);
    }

    private boolean fits(int n) {
        return form == Form.EXACT ? n == literals.length : n >= literals.length;
    }

    /** The id a path of {@code n} segments must have at a place, or null when it is free. */
    private @Nullable String literal(int place, int n) {
        int from = form == Form.SUFFIX ? n - literals.length : 0;
        return place >= from && place < from + literals.length ? literals[place - from] : null;
    }

    /** Whether it matches a document within reach. Beyond both together by two pairs all lengths are alike. */
    boolean meets(Reach reach) {
        int longest = Math.min(literals.length + reach.parent().size() + 4, 2 * ResourcePath.LEVELS_MAX);
        for (int n = 2; n <= longest; n += 2) {
            if (witness(reach, n) != null) {
                return true;
            }
        }
        return false;
    }

    /** A readable path for a witness: a fresh id becomes the variable's name, changed until it is none of the ids to avoid. */
    String readable(List<String> witness, Set<String> avoid) {
        int from = form == Form.SUFFIX ? witness.size() - literals.length : 0;
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < witness.size(); i++) {
            String segment = witness.get(i);
            if (segment.equals(FRESH)) {
                String variable = i >= from && i < from + literals.length ? variables[i - from] : null;
                String base = variable != null ? variable : i % 2 == 0 ? "some" : "id";
                segment = base;
                for (int k = 1; avoid.contains(segment); k++) {
                    segment = base + k;
                }
            }
            out.append('/').append(segment);
        }
        return out.isEmpty() ? "/" : out.toString();
    }

    /** As the policy writes it. */
    @Override
    public String toString() {
        return text;
    }
}
