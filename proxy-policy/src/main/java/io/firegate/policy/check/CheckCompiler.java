package io.firegate.policy.check;

import dev.cel.bundle.Cel;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelMutableAst;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelMutableExpr;
import dev.cel.common.navigation.CelNavigableMutableExpr;
import dev.cel.common.types.CelKind;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.firegate.policy.condition.Mistake;
import io.firegate.policy.condition.Reading.Mention;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compiles checks when a policy is loaded; nothing is compiled for a request. What stands in a policy again and again is compiled once. For
 * one thread.
 */
public final class CheckCompiler {
    /** Longest text: some lines, which is what a person can tell the meaning of. */
    public static final int CHARS_MAX = 4_096;

    /** Different checks of one policy: each takes some milliseconds to compile and stays in memory. */
    public static final int CHECKS_MAX = 2_000;

    /** How CEL's parser says that something stands where it should not. */
    private static final Pattern UNEXPECTED = Pattern.compile(
            "(?:mismatched input|extraneous input|no viable alternative at input|token recognition error at:) '([^']*)'");

    private record Key(String text, CheckScope scope) {}

    private final Map<Key, CheckCompilation> compiled = new HashMap<>();
    private final Map<CheckScope, Cel> languages = new HashMap<>();

    /** Compiles a check of a rule. */
    public CheckCompilation compile(String text, CheckScope scope) {
        if (text.length() > CHARS_MAX) {
            return mistaken(0, "a check longer than " + CHARS_MAX + " characters", "use several rules");
        }
        CheckCompilation known = compiled.get(new Key(text, scope));
        if (known == null) {
            if (compiled.size() == CHECKS_MAX) {
                return mistaken(0, "more than " + CHECKS_MAX + " different checks in one policy", null);
            }
            known = compile(text, scope, languages.computeIfAbsent(scope, CheckLanguage::of));
            compiled.put(new Key(text, scope), known);
        }
        return known;
    }

    private static CheckCompilation.Mistaken mistaken(int at, String message, @Nullable String fix) {
        return new CheckCompilation.Mistaken(List.of(new Mistake(at, message, fix)));
    }

    private static CheckCompilation compile(String text, CheckScope scope, Cel language) {
        try {
            CelValidationResult parsed = language.parse(text);
            if (parsed.hasError()) {
                // What follows the first is mostly its echo.
                CelIssue first = parsed.getErrors().get(0);
                return new CheckCompilation.Mistaken(List.of(mistake(text, parsed, first)));
            }
            CelAbstractSyntaxTree tree = parsed.getAst();
            CheckNames names = new CheckNames(
                    scope.variables(),
                    expr -> place(text, tree.getSource().getPositionsMap().getOrDefault(expr.id(), 0)));
            names.visit(tree.getExpr());
            if (!names.mistakes().isEmpty()) {
                return new CheckCompilation.Mistaken(names.mistakes());
            }
            CelValidationResult checked = language.check(withLookups(tree, names.placeholders()));
            if (checked.hasError()) {
                List<Mistake> mistakes = new ArrayList<>();
                for (CelIssue issue : checked.getErrors()) {
                    mistakes.add(mistake(text, checked, issue));
                }
                return new CheckCompilation.Mistaken(mistakes);
            }
            CelAbstractSyntaxTree typed = checked.getAst();
            CelKind kind = typed.getResultType().kind();
            if (kind != CelKind.BOOL && kind != CelKind.DYN) {
                int at = typed.getSource()
                        .getPositionsMap()
                        .getOrDefault(typed.getExpr().id(), 0);
                return mistaken(
                        place(text, at),
                        "a check is true or not, and this is "
                                + typed.getResultType().name(),
                        "compare it with something");
            }
            CelRuntime.Program program = language.createProgram(typed);
            Check check = new Check(
                    text,
                    program,
                    new Check.Names(
                            names.uses(),
                            names.attributes(),
                            claims(names.mentions()),
                            grants(names.mentions()),
                            variables(names.mentions()),
                            names.lookups(),
                            names.rooted(),
                            names.matched()));
            return new CheckCompilation.Compiled(check, names.mentions(), hints(names.uses(), scope));
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalStateException("what passed CEL's checks is no program", e);
        }
    }

    /** The same with a name in the place of each document that is looked up. */
    private static CelAbstractSyntaxTree withLookups(CelAbstractSyntaxTree tree, Map<Long, String> placeholders) {
        if (placeholders.isEmpty()) {
            return tree;
        }
        CelMutableAst named = CelMutableAst.fromCelAst(tree);
        CelNavigableMutableExpr.fromExpr(named.expr())
                .allNodes()
                .map(CelNavigableMutableExpr::expr)
                .filter(expr -> placeholders.containsKey(expr.id()))
                .toList()
                .forEach(expr -> expr.setIdent(CelMutableExpr.CelMutableIdent.create(placeholders.get(expr.id()))));
        return named.toParsedAst();
    }

    /** On a delete there is no {@code doc}, on a create no {@code old}: a check that never asks refuses every one. */
    private static List<Mistake> hints(List<Use> uses, CheckScope scope) {
        List<Mistake> hints = new ArrayList<>();
        if (scope.deletes() && isBlindTo(uses, false)) {
            hints.add(new Mistake(
                    0,
                    "a delete leaves no document, and this check asks for fields of `doc` all the same",
                    "write (doc == null || ...) if a delete is to pass, or allow delete in a rule of its own"));
        }
        if (scope.creates() && isBlindTo(uses, true)) {
            hints.add(new Mistake(
                    0,
                    "before a create there is no document, and this check asks for fields of `old` all the same",
                    "write (old == null || ...) if a create is to pass, or allow create in a rule of its own"));
        }
        return hints;
    }

    private static boolean isBlindTo(List<Use> uses, boolean old) {
        return uses.stream().anyMatch(use -> use.old() == old && !use.path().isEmpty())
                && uses.stream().noneMatch(use -> use.old() == old && use.path().isEmpty());
    }

    private static Set<String> claims(List<Mention> mentions) {
        Set<String> names = new HashSet<>();
        mentions.forEach(mention -> {
            if (mention instanceof Mention.OfClaim(var name, int at)) {
                names.add(name);
            }
        });
        return names;
    }

    private static Set<String> grants(List<Mention> mentions) {
        Set<String> names = new HashSet<>();
        mentions.forEach(mention -> {
            if (mention instanceof Mention.OfGrant(var name, int at, boolean inPath)) {
                names.add(name);
            }
        });
        return names;
    }

    private static Set<String> variables(List<Mention> mentions) {
        Set<String> names = new HashSet<>();
        mentions.forEach(mention -> {
            if (mention instanceof Mention.OfVariable(var name, int at)) {
                names.add(name);
            }
        });
        return names;
    }

    /** CEL counts code points. */
    private static int place(String text, int codePoints) {
        return text.offsetByCodePoints(0, Math.min(codePoints, text.codePointCount(0, text.length())));
    }

    private static Mistake mistake(String text, CelValidationResult result, CelIssue issue) {
        int at = result.getSource().getLocationOffset(issue.getSourceLocation()).orElse(0);
        Matcher unexpected = UNEXPECTED.matcher(issue.getMessage());
        if (!unexpected.lookingAt()) {
            return new Mistake(place(text, at), words(issue.getMessage()), null);
        }
        String found = unexpected.group(1).strip();
        return found.equals("<EOF>")
                ? new Mistake(place(text, at), "the check breaks off here", null)
                : new Mistake(place(text, at), "`" + found + "` is not expected here", instead(found));
    }

    private static @Nullable String instead(String found) {
        return switch (found) {
            case "=" -> "write ==";
            case "and", "AND" -> "write &&";
            case "or", "OR" -> "write ||";
            case "not", "NOT" -> "write !";
            default -> null;
        };
    }

    /** CEL's words, without what only its own developers need. */
    private static String words(String message) {
        String words = message.replace(" (in container '')", "");
        int candidates = words.indexOf(" (candidates: ");
        return (candidates < 0 ? words : words.substring(0, candidates))
                .replace('\'', '`')
                .replace("wrapper(string)", "string or null")
                .replace("Expression recursion limit exceeded. limit:", "nested deeper than, or a chain longer than");
    }
}
