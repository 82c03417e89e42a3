package io.firegate.policy.condition;

import io.firegate.policy.condition.Reading.Clause;
import io.firegate.policy.condition.Reading.Mention;
import io.firegate.policy.condition.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a condition. {@code ||} binds loosest, then {@code &&}, then the comparisons, of which no two stand in a row, then {@code !}.
 *
 * <p>What is written but means nothing is told and reading goes on; what cannot be placed ends it.
 */
public final class ConditionReader {
    /** Longest text: far beyond what a person checks, and what is read, shown and kept for each of 200,000 rules stays bounded. */
    public static final int CHARS_MAX = 8_192;

    /** Deepest nesting of parentheses and {@code !}: each level is a few frames of the stack, here and whenever it is folded. */
    public static final int DEPTH_MAX = 20;

    /** Most comparisons and members of lists together: all of them are looked at in each decision. Firestore's filters have 100 parts. */
    public static final int PARTS_MAX = 250;

    /** Most documents one condition looks up: they are read before anything else is, in each request. A request has the same bound. */
    public static final int LOOKUPS_MAX = 3;

    static final String LOOKUP = "lookup";

    private static final String IN_BRACES = "a variable of the path, caller.oid, a claim or a grant";

    private final List<Mistake> mistakes = new ArrayList<>();
    private final List<Clause> clauses = new ArrayList<>();
    private final List<Mention> mentions = new ArrayList<>();
    private final NamedOperands operands;
    private final Relations relations = new Relations(this::mistake);
    private final Set<LookupPath> lookups = new LinkedHashSet<>();
    private List<Token> tokens = List.of();
    private int next;
    private int depth;
    private int parts;

    /** Thrown where reading cannot go on; the mistake has been told. */
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stop() {
            super(null, null, false, false);
        }
    }

    private ConditionReader(@Nullable Set<String> variables) {
        this.operands = new NamedOperands(variables, mentions, this::mistake);
    }

    /**
     * Reads a condition.
     *
     * @param variables the variables of the rule's path; null when they are not known, then every name is taken for one
     */
    public static Reading read(String text, @Nullable Set<String> variables) {
        if (text.length() > CHARS_MAX) {
            return new Reading.Mistaken(List.of(
                    new Mistake(0, "a condition longer than " + CHARS_MAX + " characters", "use several rules")));
        }
        return new ConditionReader(variables).read(text);
    }

    /**
     * Reads the path of a lookup that stands by itself, as it does in a check.
     *
     * @param variables the variables of the rule's path
     */
    public static PathReading readPath(String text, Set<String> variables) {
        return new ConditionReader(variables).readPath(text);
    }

    private PathReading readPath(String text) {
        Token open = new Token(Kind.SYMBOL, "(", 0, 0);
        Lexer lexer = Lexer.ofPath(text + ")");
        tokens = lexer.tokens();
        LookupPath path = null;
        try {
            path = path(open);
            close(")", open);
            if (peek().kind() != Kind.END) {
                throw unexpected("the end of the path");
            }
        } catch (Stop stop) {
            path = null;
        }
        if (lexer.mistake() != null) {
            mistakes.add(lexer.mistake());
        }
        return new PathReading(mistakes.isEmpty() ? path : null, mentions, mistakes);
    }

    private Reading read(String text) {
        Lexer lexer = new Lexer(text);
        tokens = lexer.tokens();
        Mistake unread = lexer.mistake();
        Condition condition = null;
        try {
            Part part = expression(1);
            if (peek().kind() != Kind.END) {
                throw unexpected("an operator");
            }
            // What the text breaks off in the middle of is not judged.
            condition = unread == null ? condition(part) : null;
        } catch (Stop stop) {
            if (unread != null && peek().kind() == Kind.END) {
                mistakes.remove(mistakes.size() - 1);
            }
        }
        if (unread != null) {
            mistakes.add(unread);
        }
        return condition == null || !mistakes.isEmpty()
                ? new Reading.Mistaken(mistakes)
                : new Reading.Read(condition, clauses, mentions);
    }

    private void mistake(int at, String message, @Nullable String fix) {
        mistakes.add(new Mistake(at, message, fix));
    }

    private Stop stop(int at, String message, @Nullable String fix) {
        mistake(at, message, fix);
        return new Stop();
    }

    private Token peek() {
        return tokens.get(next);
    }

    private Token take() {
        Token token = tokens.get(next);
        if (token.kind() != Kind.END) {
            next++;
        }
        return token;
    }

    private Stop unexpected(String wanted) {
        Token token = peek();
        String fix = switch (token.value()) {
            case "and", "AND" -> "write &&";
            case "or", "OR" -> "write ||";
            case "not", "NOT" -> "write !";
            case "is", "IS" -> "write == null or != null";
            case ")" -> "remove it, or add the `(`";
            default -> null;
        };
        String found = token.kind() == Kind.END ? "the condition ends" : "`" + shown(token) + "` stands";
        return stop(token.at(), found + " where " + wanted + " is expected", token.kind() == Kind.END ? null : fix);
    }

    private static String shown(Token token) {
        return switch (token.kind()) {
            case STRING -> "'" + token.value() + "'";
            case QUOTED -> "a quoted name";
            default -> token.value();
        };
    }

    // Expressions

    /** How tightly the operator ahead binds; 0 when there is none. */
    private static int strength(Token token) {
        if (token.is("||")) {
            return 1;
        }
        if (token.is("&&")) {
            return 2;
        }
        return Relations.isOne(token) ? 3 : 0;
    }

    private Part expression(int weakest) {
        Part left = unary();
        while (true) {
            Token operator = peek();
            int strength = strength(operator);
            if (strength < weakest || strength == 0) {
                return left;
            }
            take();
            Part right = expression(strength + 1);
            left = strength == 3 ? related(left, operator, right) : joined(left, operator, right);
        }
    }

    private Part related(Part left, Token operator, Part right) {
        count(operator.at());
        Condition relation = relations.of(left, operator, right);
        if (relation == null) {
            return new Part.Broken(left.at());
        }
        clauses.add(new Clause(relation, operator.at()));
        return new Part.Truthful(relation, left.at());
    }

    private Part joined(Part left, Token operator, Part right) {
        Condition a = condition(left);
        Condition b = condition(right);
        if (a == null || b == null) {
            return new Part.Broken(left.at());
        }
        List<Condition> all = new ArrayList<>();
        boolean and = operator.is("&&");
        for (Condition part : List.of(a, b)) {
            if (and && part instanceof Condition.And(var inner)) {
                all.addAll(inner);
            } else if (!and && part instanceof Condition.Or(var inner)) {
                all.addAll(inner);
            } else {
                all.add(part);
            }
        }
        return new Part.Truthful(and ? new Condition.And(all) : new Condition.Or(all), left.at());
    }

    private Part unary() {
        Token token = peek();
        if (!token.is("!")) {
            return primary();
        }
        take();
        deeper(token);
        Part inner = unary();
        depth--;
        if (inner instanceof Part.Single(Operand.Doc doc, int at)) {
            if (strength(peek()) == 3) {
                mistake(token.at(), "`!` stands before one side of a comparison", "write !(... == ...), or use !=");
            } else {
                mistake(
                        at,
                        "a field alone is no condition",
                        "write " + Relations.word(doc) + " == false in place of !" + Relations.word(doc));
            }
            return new Part.Broken(token.at());
        }
        Condition condition = condition(inner);
        if (condition == null) {
            return new Part.Broken(token.at());
        }
        Condition.Not not = new Condition.Not(condition);
        clauses.add(new Clause(not, token.at()));
        return new Part.Truthful(not, token.at());
    }

    private void deeper(Token token) {
        if (++depth > DEPTH_MAX) {
            throw stop(token.at(), "nested deeper than " + DEPTH_MAX + " levels", "use several rules");
        }
    }

    private void count(int at) {
        if (++parts > PARTS_MAX) {
            throw stop(at, "more than " + PARTS_MAX + " comparisons and members of lists", "use several rules");
        }
    }

    /** A part as a condition; null when it is none, which is told. */
    private @Nullable Condition condition(Part part) {
        return switch (part) {
            case Part.Truthful truthful -> truthful.condition();
            case Part.Single(Operand.Doc doc, int at) -> {
                mistake(at, "a field alone is no condition", "write " + Relations.word(doc) + " == true");
                yield null;
            }
            case Part.Single single -> {
                mistake(
                        single.at(),
                        "`" + Relations.word(single.operand()) + "` alone is no condition",
                        "compare it: doc.field == " + Relations.word(single.operand()));
                yield null;
            }
            case Part.GrantSet set -> {
                mistake(set.at(), "a grant alone is no condition", "write doc.field in " + Relations.word(set));
                yield null;
            }
            case Part.Members list -> {
                mistake(list.at(), "a list alone is no condition", "write doc.field in [...]");
                yield null;
            }
            case Part.Broken broken -> null;
        };
    }

    // Operands

    private Part primary() {
        Token token = peek();
        return switch (token.kind()) {
            case NAME -> {
                if (token.isWord("not") || token.isWord("NOT")) {
                    throw unexpected("a comparison");
                }
                yield named(take());
            }
            case STRING -> literal(take(), new PolicyValue.Text(token.value()));
            case INTEGER -> integer(take());
            case REAL -> real(take());
            case SYMBOL -> {
                if (token.is("(")) {
                    take();
                    deeper(token);
                    Part inner = expression(1);
                    depth--;
                    close(")", token);
                    yield inner;
                }
                if (token.is("[")) {
                    yield members(take());
                }
                throw unexpected("a comparison");
            }
            case QUOTED ->
                throw stop(
                        token.at(),
                        "a name in backticks without `doc.` before it",
                        "write doc.`...`, or '...' for a string");
            case ID, END -> throw unexpected("a comparison");
        };
    }

    private void close(String symbol, Token opened) {
        if (!peek().is(symbol)) {
            if (peek().kind() == Kind.END) {
                throw stop(opened.at(), "`" + opened.value() + "` is never closed", "add the `" + symbol + "`");
            }
            throw unexpected("`" + symbol + "` or an operator");
        }
        take();
    }

    private static Part.Single literal(Token token, PolicyValue value) {
        return new Part.Single(new Operand.Literal(value), token.at());
    }

    private Part integer(Token token) {
        try {
            return literal(token, new PolicyValue.Int(Long.parseLong(token.value())));
        } catch (NumberFormatException tooLong) {
            mistake(
                    token.at(),
                    "`" + token.value() + "` is beyond 64 bits, the largest integer Firestore stores",
                    null);
            return new Part.Broken(token.at());
        }
    }

    private Part real(Token token) {
        double value = Double.parseDouble(token.value());
        if (Double.isFinite(value)) {
            return literal(token, new PolicyValue.Real(value));
        }
        mistake(token.at(), "`" + token.value() + "` is beyond every double", null);
        return new Part.Broken(token.at());
    }

    private Part members(Token open) {
        List<Operand> members = new ArrayList<>();
        boolean whole = true;
        if (peek().is("]")) {
            mistake(open.at(), "an empty list: nothing is in it", null);
            whole = false;
        } else {
            do {
                count(peek().at());
                Part part = primary();
                Operand member = relations.member(part);
                whole &= member != null;
                if (member != null) {
                    members.add(member);
                }
            } while (comma());
        }
        close("]", open);
        return whole ? new Part.Members(members, open.at()) : new Part.Broken(open.at());
    }

    private boolean comma() {
        boolean comma = peek().is(",");
        if (comma) {
            take();
        }
        return comma;
    }

    private Part named(Token name) {
        boolean dotted = peek().is(".");
        if (peek().is("(")) {
            return call(name);
        }
        if (!dotted) {
            return switch (name.value()) {
                case "true", "false" -> literal(name, new PolicyValue.Bool(name.isWord("true")));
                case "null" -> literal(name, PolicyValue.Null.NULL);
                default -> operands.variable(name);
            };
        }
        return operands.of(name, segments());
    }

    /** The names behind the dots that stand here. */
    private List<Token> segments() {
        List<Token> segments = new ArrayList<>();
        while (peek().is(".")) {
            take();
            Token segment = peek();
            if (segment.kind() != Kind.NAME && segment.kind() != Kind.QUOTED) {
                throw stop(
                        segment.at(),
                        "a name is missing behind the `.`",
                        segment.kind() == Kind.INTEGER ? "quote what does not begin with a letter: `1`" : null);
            }
            segments.add(take());
        }
        if (peek().is("[")) {
            throw stop(peek().at(), "`[` behind a name: a condition has no index", "write doc.a.`b` for a map's key");
        }
        return segments;
    }

    /** Only a lookup is called; where another call ends cannot be told. */
    private Part call(Token name) {
        if (!name.isWord(LOOKUP)) {
            throw stop(name.at(), "`" + name.value() + "(`: a condition calls no functions", null);
        }
        Token open = take();
        LookupPath path = path(open);
        close(")", open);
        if (!peek().is(".")) {
            throw stop(name.at(), "`lookup(...)` alone: a condition compares a field of it", "write lookup(...).field");
        }
        FieldPath field = operands.fieldPath(segments());
        if (path == null || field == null) {
            return new Part.Broken(name.at());
        }
        if (lookups.add(path) && lookups.size() == LOOKUPS_MAX + 1) {
            mistake(
                    name.at(),
                    "more than " + LOOKUPS_MAX + " documents looked up in one condition",
                    "keep what decides together in fewer documents");
        }
        mentions.add(new Mention.OfLookup(path, name.at()));
        return new Part.Single(new Operand.Lookup(path, field), name.at());
    }

    /** The path of a lookup; null after a mistake. */
    private @Nullable LookupPath path(Token open) {
        if (!peek().is("/")) {
            throw stop(
                    peek().at(),
                    "the path of a lookup begins with `/`",
                    "for example lookup(/patients/{patient}).ward");
        }
        List<LookupPath.Piece> pieces = new ArrayList<>();
        boolean whole = true;
        while (peek().is("/")) {
            Token slash = take();
            if (peek().kind() == Kind.ID) {
                pieces.add(new LookupPath.Piece.Id(take().value()));
            } else if (peek().is("{")) {
                LookupPath.Piece piece = inBraces(take());
                whole &= piece != null;
                if (piece != null) {
                    pieces.add(piece);
                }
            } else {
                throw stop(slash.at(), "an id is missing behind the `/`", "collection and document ids in turn");
            }
        }
        if (whole && pieces.size() % 2 != 0) {
            mistake(
                    open.at(),
                    "the path of a lookup names a collection, not a document",
                    "collection and document ids in turn");
            return null;
        }
        return whole ? new LookupPath(pieces) : null;
    }

    private LookupPath.@Nullable Piece inBraces(Token open) {
        if (peek().kind() != Kind.NAME) {
            throw unexpected(IN_BRACES);
        }
        if (peek().isWord(LOOKUP)) {
            throw stop(
                    peek().at(),
                    "a lookup in the path of a lookup: what binds it is known before anything is read",
                    IN_BRACES);
        }
        operands.inPath(true);
        Part part = named(take());
        operands.inPath(false);
        close("}", open);
        return switch (part) {
            case Part.GrantSet grant -> new LookupPath.Piece.Granted(grant.name());
            case Part.Single(Operand.Variable variable, int at) -> new LookupPath.Piece.Known(variable);
            case Part.Single(Operand.Caller caller, int at) -> new LookupPath.Piece.Known(caller);
            case Part.Single(Operand.Claim claim, int at) -> new LookupPath.Piece.Known(claim);
            case Part.Broken broken -> null;
            case Part.Single single -> {
                mistake(
                        single.at(),
                        "`" + Relations.word(single.operand()) + "` in the path of a lookup, which is known before"
                                + " anything is read",
                        IN_BRACES);
                yield null;
            }
            case Part.Members members -> throw new IllegalStateException("a name is no list");
            case Part.Truthful truthful -> throw new IllegalStateException("a name is no comparison");
        };
    }
}
