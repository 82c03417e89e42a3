package io.firegate.policy.check;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import io.firegate.policy.condition.ConditionReader;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.LookupPath;
import io.firegate.policy.condition.Mistake;
import io.firegate.policy.condition.Operand;
import io.firegate.policy.condition.PathReading;
import io.firegate.policy.condition.Reading.Mention;
import io.firegate.policy.yaml.Nearest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The names of a parsed check: what it asks of documents, caller and grants, and which of its names mean nothing. What it does not know is a
 * mistake, so that nothing is looked at that has not been taken note of.
 */
final class CheckNames {
    private static final Set<String> ROOTS = Set.of("doc", "old", "now", "caller", "grant");
    private static final Set<String> ATTRIBUTES = Set.of("oid", "tenant", "app", "agent", "claims");

    private static final String LOOKUP = "lookup";

    /** What {@code type(x)} can be compared with. */
    private static final Set<String> TYPES =
            Set.of("bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type");

    private final Set<String> variables;
    private final ToIntFunction<CelExpr> place;
    private final Deque<String> loops = new ArrayDeque<>();
    private final List<Mistake> mistakes = new ArrayList<>();
    private final List<Mention> mentions = new ArrayList<>();
    private final List<Use> uses = new ArrayList<>();
    private final Set<Operand.Attribute> attributes = EnumSet.noneOf(Operand.Attribute.class);
    private final Set<Long> rooted = new HashSet<>();
    private final Set<Long> matched = new HashSet<>();
    private final Map<LookupPath, Set<String>> lookups = new LinkedHashMap<>();
    private final Map<Long, LookupPath> lookedUp = new HashMap<>();

    /**
     * A walk.
     *
     * @param variables the variables of the path
     * @param place where an expression stands in the text
     */
    CheckNames(Set<String> variables, ToIntFunction<CelExpr> place) {
        this.variables = variables;
        this.place = place;
    }

    List<Mistake> mistakes() {
        return mistakes;
    }

    /** Fields, grants, claims and variables with their places. */
    List<Mention> mentions() {
        return mentions;
    }

    /** What is asked of the documents. */
    List<Use> uses() {
        return uses;
    }

    /** The attributes of the caller it names. */
    Set<Operand.Attribute> attributes() {
        return attributes;
    }

    /** The expressions that look into documents, claims or grants. */
    Set<Long> rooted() {
        return rooted;
    }

    /** The texts that are matched against regular expressions. */
    Set<Long> matched() {
        return matched;
    }

    /** The documents it looks up. */
    List<CheckLookup> lookups() {
        List<CheckLookup> all = new ArrayList<>(lookups.size());
        lookups.forEach((path, fields) -> all.add(new CheckLookup(CheckLanguage.lookup(all.size()), path, fields)));
        return all;
    }

    /** What stands for each expression that looks one up. */
    Map<Long, String> placeholders() {
        List<LookupPath> paths = List.copyOf(lookups.keySet());
        Map<Long, String> names = new HashMap<>();
        lookedUp.forEach((id, path) -> names.put(id, CheckLanguage.lookup(paths.indexOf(path))));
        return names;
    }

    private void mistake(CelExpr expr, String message, @Nullable String fix) {
        mistakes.add(new Mistake(place.applyAsInt(expr), message, fix));
    }

    void visit(CelExpr expr) {
        visit(expr, Use.Kind.VALUE);
    }

    private void visit(CelExpr expr, Use.Kind kind) {
        switch (expr.exprKind().getKind()) {
            case CONSTANT -> {}
            case IDENT, SELECT -> name(expr, kind);
            case CALL -> call(expr, kind);
            case LIST -> expr.list().elements().forEach(this::visit);
            case MAP ->
                expr.map().entries().forEach(entry -> {
                    visit(entry.key());
                    visit(entry.value());
                });
            case COMPREHENSION -> loop(expr.comprehension());
            case STRUCT, NOT_SET -> mistake(expr, "a check makes no messages", null);
        }
    }

    private void loop(CelExpr.CelComprehension loop) {
        visit(loop.iterRange());
        for (String variable : List.of(loop.iterVar(), loop.iterVar2())) {
            if (ROOTS.contains(variable) || variables.contains(variable) || TYPES.contains(variable)) {
                mistake(loop.iterRange(), "`" + variable + "` means something else here", "name the element x");
            }
        }
        visit(loop.accuInit());
        loops.push(loop.accuVar());
        loops.push(loop.iterVar());
        loops.push(loop.iterVar2());
        visit(loop.loopCondition());
        visit(loop.loopStep());
        visit(loop.result());
        loops.pop();
        loops.pop();
        loops.pop();
    }

    private void call(CelExpr expr, Use.Kind kind) {
        CelExpr.CelCall call = expr.call();
        List<CelExpr> args = call.args();
        switch (call.function()) {
            case "_[_]" -> {
                if (text(args.get(1)) != null) {
                    name(expr, kind);
                    return;
                }
            }
            case "_==_", "_!=_" -> {
                compared(args.get(0), args.get(1), call.function());
                compared(args.get(1), args.get(0), call.function());
                return;
            }
            case "@in" -> {
                // Whether a map has a key.
                CelExpr map = args.get(1);
                String key = text(args.get(0));
                if (key != null && isDocument(map)) {
                    rooted.add(map.id());
                    document(map, isIdent(map, "old"), List.of(key), Use.Kind.PRESENCE);
                    return;
                }
            }
            case CheckLanguage.MATCHES -> pattern(expr, call);
            case LOOKUP -> {
                mistake(expr, "`lookup(...)` alone: a check looks at a field of it", "write lookup(...).field");
                return;
            }
            default -> {}
        }
        call.target().ifPresent(this::visit);
        args.forEach(this::visit);
    }

    private void compared(CelExpr side, CelExpr other, String operator) {
        boolean equal = operator.equals("_==_");
        if (equal && isNow(other)) {
            visit(side, Use.Kind.NOW);
        } else if (isNull(other) && isDocument(side)) {
            visit(side, Use.Kind.PRESENCE);
        } else {
            visit(side, Use.Kind.VALUE);
        }
    }

    /** A pattern stands in the check: one out of a document could not be bounded, and nobody could see that it is none. */
    private void pattern(CelExpr expr, CelExpr.CelCall call) {
        List<CelExpr> args = call.args();
        CelExpr pattern = args.isEmpty() ? expr : args.get(args.size() - 1);
        String text = text(pattern);
        call.target().ifPresent(target -> matched.add(target.id()));
        args.forEach(arg -> matched.add(arg.id()));
        if (text == null) {
            mistake(
                    pattern,
                    "the regular expression of `matches` is not written out",
                    "write it as a string: '^[a-z]+$'");
        } else if (!CheckLanguage.isPattern(text)) {
            mistake(
                    pattern,
                    "no regular expression (RE2), or one of more than " + CheckLanguage.PATTERN_MAX + " characters or "
                            + CheckLanguage.PATTERN_INSTRUCTIONS_MAX + " steps",
                    null);
        }
    }

    private static @Nullable String text(CelExpr expr) {
        return expr.exprKind().getKind() == CelExpr.ExprKind.Kind.CONSTANT
                        && expr.constant().getKind() == CelConstant.Kind.STRING_VALUE
                ? expr.constant().stringValue()
                : null;
    }

    private static boolean isNull(CelExpr expr) {
        return expr.exprKind().getKind() == CelExpr.ExprKind.Kind.CONSTANT
                && expr.constant().getKind() == CelConstant.Kind.NULL_VALUE;
    }

    private static boolean isIdent(CelExpr expr, String name) {
        return expr.exprKind().getKind() == CelExpr.ExprKind.Kind.IDENT
                && expr.ident().name().equals(name);
    }

    private static boolean isNow(CelExpr expr) {
        return isIdent(expr, "now");
    }

    /** Whether it is a document as a whole. */
    private static boolean isDocument(CelExpr expr) {
        return isIdent(expr, "doc") || isIdent(expr, "old");
    }

    /** What an expression selects of another by a name or a constant key; null when it is no such expression. */
    private static @Nullable String selected(CelExpr expr) {
        return switch (expr.exprKind().getKind()) {
            case SELECT -> expr.select().field();
            case CALL ->
                expr.call().function().equals("_[_]") ? text(expr.call().args().get(1)) : null;
            default -> null;
        };
    }

    /** A name with what is selected of it, by names and constant keys. */
    private void name(CelExpr whole, Use.Kind wanted) {
        List<String> segments = new ArrayList<>();
        List<CelExpr> places = new ArrayList<>();
        Use.Kind kind = wanted;
        CelExpr expr = whole;
        for (String selected = selected(expr); selected != null; selected = selected(expr)) {
            segments.add(0, selected);
            places.add(expr);
            boolean select = expr.exprKind().getKind() == CelExpr.ExprKind.Kind.SELECT;
            if (select && expr.select().testOnly()) {
                kind = Use.Kind.PRESENCE;
            }
            expr = select ? expr.select().operand() : expr.call().args().get(0);
        }
        if (isLookup(expr) && !segments.isEmpty()) {
            rooted.add(expr.id());
            places.forEach(each -> rooted.add(each.id()));
            lookup(expr, segments.get(0));
            return;
        }
        if (expr.exprKind().getKind() != CelExpr.ExprKind.Kind.IDENT) {
            visit(expr);
            return;
        }
        String name = expr.ident().name();
        if (loops.contains(name)) {
            return;
        }
        rooted.add(expr.id());
        places.forEach(each -> rooted.add(each.id()));
        switch (name) {
            case "doc", "old" -> document(expr, name.equals("old"), segments, kind);
            case "caller" -> caller(expr, segments);
            case "grant" -> grant(expr, segments);
            case "now" -> ambiguous(expr, name);
            default -> other(expr, name);
        }
    }

    private static boolean isLookup(CelExpr expr) {
        return expr.exprKind().getKind() == CelExpr.ExprKind.Kind.CALL
                && expr.call().function().equals(LOOKUP);
    }

    /** Its path stands in the check, so that what it depends on is known when the policy is loaded. */
    private void lookup(CelExpr expr, String field) {
        List<CelExpr> args = expr.call().args();
        CelExpr written = args.size() == 1 && expr.call().target().isEmpty() ? args.get(0) : null;
        String text = written == null ? null : text(written);
        if (written == null || text == null) {
            mistake(
                    expr,
                    "the path of `lookup` is not written out",
                    "write it as a string: lookup('/wards/{ward}').open");
            return;
        }
        PathReading read = ConditionReader.readPath(text, variables);
        int start = place.applyAsInt(written) + 1;
        read.mistakes().forEach(each -> mistakes.add(new Mistake(start + each.at(), each.message(), each.fix())));
        read.mentions().forEach(mention -> mentions.add(mention.behind(start)));
        LookupPath path = read.path();
        if (path == null) {
            return;
        }
        mentions.add(new Mention.OfLookup(path, place.applyAsInt(expr)));
        lookedUp.put(expr.id(), path);
        if (lookups.computeIfAbsent(path, first -> new HashSet<>()).add(field)
                && lookups.size() == ConditionReader.LOOKUPS_MAX + 1
                && lookups.get(path).size() == 1) {
            mistake(
                    expr,
                    "more than " + ConditionReader.LOOKUPS_MAX + " documents looked up in one check",
                    "keep what decides together in fewer documents");
        }
    }

    /** A variable of the path cannot be told from a name of the check's own. */
    private void ambiguous(CelExpr expr, String name) {
        if (variables.contains(name)) {
            mistake(expr, "`" + name + "` is also a variable of the path", "name the variable otherwise");
        }
    }

    private void document(CelExpr expr, boolean old, List<String> segments, Use.Kind kind) {
        ambiguous(expr, old ? "old" : "doc");
        uses.add(new Use(old, segments, kind));
        if (!segments.isEmpty()) {
            mentions.add(new Mention.OfField(new FieldPath(segments), place.applyAsInt(expr)));
        }
    }

    private void caller(CelExpr expr, List<String> segments) {
        ambiguous(expr, "caller");
        if (segments.isEmpty()) {
            mistake(expr, "`caller` alone", "name a part of it: caller.oid");
            return;
        }
        String attribute = segments.get(0);
        switch (attribute) {
            case "oid" -> attributes.add(Operand.Attribute.OID);
            case "tenant" -> attributes.add(Operand.Attribute.TENANT);
            case "app" -> attributes.add(Operand.Attribute.APP);
            case "claims" -> {
                if (segments.size() == 1) {
                    mistake(expr, "`caller.claims` alone", "name a claim: caller.claims.name");
                } else {
                    mentions.add(new Mention.OfClaim(segments.get(1), place.applyAsInt(expr)));
                }
            }
            case "agent" -> attributes.add(Operand.Attribute.AGENT);
            case "groups", "roles" ->
                mistake(
                        expr,
                        "`caller." + attribute + "`: a check does not see them",
                        "bind them in `bindings` and give a `grant` that the check uses");
            default -> unknown(expr, "the caller has no attribute `" + attribute + "`", attribute, ATTRIBUTES, null);
        }
    }

    private void grant(CelExpr expr, List<String> segments) {
        ambiguous(expr, "grant");
        if (segments.isEmpty()) {
            mistake(expr, "`grant` alone", "name a grant: grant.name");
        } else {
            mentions.add(new Mention.OfGrant(segments.get(0), place.applyAsInt(expr), false));
        }
    }

    private void other(CelExpr expr, String name) {
        if (variables.contains(name)) {
            mentions.add(new Mention.OfVariable(name, place.applyAsInt(expr)));
        } else if (!TYPES.contains(name)) {
            Set<String> known = new TreeSet<>(ROOTS);
            known.addAll(variables);
            unknown(
                    expr,
                    "there is no `" + name + "`",
                    name,
                    known,
                    "a field is doc." + name + ", a string '" + name + "'");
        }
    }

    private void unknown(CelExpr expr, String message, String word, Set<String> known, @Nullable String fix) {
        Optional<String> near = Nearest.to(word, known);
        mistake(
                expr,
                message + near.map(other -> "; did you mean `" + other + "`?").orElse(""),
                near.isPresent() ? null : fix);
    }

    /** The names of fields, by document, and whether one is looked at as a whole. */
    static boolean isWhole(List<Use> uses, boolean old) {
        return uses.stream()
                .anyMatch(use -> use.old() == old && use.path().isEmpty() && use.kind() != Use.Kind.PRESENCE);
    }

    /** The names of the fields of a document that are looked at. */
    static Set<String> fields(List<Use> uses, boolean old) {
        Set<String> fields = new HashSet<>();
        for (Use use : uses) {
            if (use.old() == old && !use.path().isEmpty()) {
                fields.add(use.path().get(0));
            }
        }
        return fields;
    }
}
