package io.firegate.policy.condition;

import io.firegate.policy.condition.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cuts a condition's text into words. Stops at the first character it cannot place. */
final class Lexer {
    private static final List<String> SYMBOLS =
            List.of("&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", ".");

    /** What people write who know another language, and what it is here. Longer ones first. */
    private static final Map<String, String> FOREIGN =
            Map.of("===", "==", "!==", "!=", "<>", "!=", "=~", "", "=", "==", "&", "&&", "|", "||");

    private static final List<String> FOREIGN_IN_ORDER = List.of("===", "!==", "<>", "=~");

    /** Where it stands. */
    private enum Place {
        CONDITION,
        /** In the path of a lookup. */
        PATH,
        /** In braces in such a path, where a condition's words stand. */
        BRACES
    }

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private Place place = Place.CONDITION;
    private @Nullable Mistake mistake;

    Lexer(String text) {
        this.text = text;
    }

    /** Begins in the path of a lookup, behind its parenthesis. */
    static Lexer ofPath(String text) {
        Lexer lexer = new Lexer(text);
        lexer.place = Place.PATH;
        return lexer;
    }

    /** The words, the last of which is the end; after a mistake those before it. */
    List<Token> tokens() {
        while (mistake == null) {
            while (at < text.length() && isSpace(text.charAt(at))) {
                at++;
            }
            if (at == text.length()) {
                break;
            }
            next();
        }
        // The end is shown behind the last word, not behind the white space a block leaves.
        int end = tokens.isEmpty() ? 0 : tokens.get(tokens.size() - 1).end();
        tokens.add(new Token(Kind.END, "", end, end));
        return tokens;
    }

    /** Why it stopped, or null when it read everything. */
    @Nullable
    Mistake mistake() {
        return mistake;
    }

    private void next() {
        char c = text.charAt(at);
        if (place == Place.PATH) {
            path(c);
        } else if (place == Place.BRACES && c == '}') {
            place = Place.PATH;
            add(Kind.SYMBOL, "}", at + 1);
        } else if (isLetter(c)) {
            int end = at;
            while (end < text.length() && (isLetter(text.charAt(end)) || isDigit(text.charAt(end)))) {
                end++;
            }
            add(Kind.NAME, text.substring(at, end), end);
        } else if (isDigit(c) || (c == '-' && at + 1 < text.length() && isDigit(text.charAt(at + 1)))) {
            number();
        } else if (c == '\'' || c == '"') {
            string(c);
        } else if (c == '`') {
            quoted();
        } else {
            symbol();
        }
    }

    /** A word of a path: its ids hold anything but what ends them. */
    private void path(char c) {
        if ("/{})".indexOf(c) >= 0) {
            place = c == '{' ? Place.BRACES : c == ')' ? Place.CONDITION : Place.PATH;
            add(Kind.SYMBOL, String.valueOf(c), at + 1);
            return;
        }
        int end = at;
        while (end < text.length() && "/{})".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        if (end == text.length()) {
            stop(at, "the path of a lookup is never closed", "add the `)`");
            return;
        }
        int last = end;
        // An id may hold spaces of other kinds, and would be another id without them.
        while (isSpace(text.charAt(last - 1))) {
            last--;
        }
        add(Kind.ID, text.substring(at, last), end);
    }

    private void add(Kind kind, String value, int end) {
        tokens.add(new Token(kind, value, at, end));
        at = end;
    }

    private void stop(int place, String message, @Nullable String fix) {
        mistake = new Mistake(place, message, fix);
    }

    private void number() {
        int end = afterDigits(text.charAt(at) == '-' ? at + 1 : at);
        boolean real = false;
        if (end + 1 < text.length() && text.charAt(end) == '.' && isDigit(text.charAt(end + 1))) {
            real = true;
            end = afterDigits(end + 1);
        }
        if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
            int digits = end + 1;
            if (digits < text.length() && (text.charAt(digits) == '-' || text.charAt(digits) == '+')) {
                digits++;
            }
            int after = afterDigits(digits);
            if (after > digits) {
                real = true;
                end = after;
            }
        }
        if (end < text.length() && (isLetter(text.charAt(end)) || text.charAt(end) == '.')) {
            stop(at, "a number goes on with `" + text.charAt(end) + "`", "quote it to make it a string: '...'");
            return;
        }
        add(real ? Kind.REAL : Kind.INTEGER, text.substring(at, end), end);
    }

    private int afterDigits(int from) {
        int end = from;
        while (end < text.length() && isDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private void string(char quote) {
        StringBuilder value = new StringBuilder();
        int i = at + 1;
        while (i < text.length() && text.charAt(i) != quote) {
            char c = text.charAt(i);
            if (c != '\\') {
                value.append(c);
                i++;
                continue;
            }
            char escaped = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
            switch (escaped) {
                case '\\', '\'', '"' -> value.append(escaped);
                case 'n' -> value.append('\n');
                case 'r' -> value.append('\r');
                case 't' -> value.append('\t');
                case 'u' -> {
                    int unit = unit(i + 2);
                    if (unit < 0) {
                        stop(i, "`\\u` without four hexadecimal digits", "write \\u00e9, for example");
                        return;
                    }
                    value.append((char) unit);
                    i += 4;
                }
                default -> {
                    stop(
                            i,
                            "`\\" + escaped + "` is no escape",
                            "known: \\\\ \\' \\\" \\n \\r \\t \\u0000; a backslash itself is \\\\");
                    return;
                }
            }
            i += 2;
        }
        if (i >= text.length()) {
            stop(at, "a string without its closing " + quote, "add the " + quote);
        } else if (!isText(value)) {
            stop(at, "half of a surrogate pair: Firestore stores no such string", null);
        } else {
            add(Kind.STRING, value.toString(), i + 1);
        }
    }

    /** The UTF-16 unit four hexadecimal digits stand for, or -1. */
    private int unit(int from) {
        if (from + 4 > text.length()) {
            return -1;
        }
        int unit = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = text.charAt(i) < 0x80 ? Character.digit(text.charAt(i), 16) : -1;
            if (digit < 0) {
                return -1;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }

    private static boolean isText(CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            if (Character.isHighSurrogate(value.charAt(i))
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** As {@link FieldPath#parse} reads it. */
    private void quoted() {
        StringBuilder value = new StringBuilder();
        int i = at + 1;
        while (i < text.length() && text.charAt(i) != '`') {
            if (text.charAt(i) == '\\' && i + 1 < text.length()) {
                i++;
            }
            value.append(text.charAt(i++));
        }
        if (i >= text.length()) {
            stop(at, "a quoted name without its closing `", "add the `");
        } else if (value.isEmpty()) {
            stop(at, "an empty name", null);
        } else {
            add(Kind.QUOTED, value.toString(), i + 1);
        }
    }

    private void symbol() {
        for (String foreign : FOREIGN_IN_ORDER) {
            if (text.startsWith(foreign, at)) {
                foreign(foreign);
                return;
            }
        }
        for (String symbol : SYMBOLS) {
            if (text.startsWith(symbol, at)) {
                if (symbol.equals("(")
                        && !tokens.isEmpty()
                        && tokens.get(tokens.size() - 1).isWord(ConditionReader.LOOKUP)) {
                    place = Place.PATH;
                }
                add(Kind.SYMBOL, symbol, at + symbol.length());
                return;
            }
        }
        String one = text.substring(at, at + Character.charCount(text.codePointAt(at)));
        if (FOREIGN.containsKey(one)) {
            foreign(one);
        } else if ("+-*/%".contains(one)) {
            stop(at, "`" + one + "`: a condition does not calculate", "compare stored values only");
        } else {
            stop(at, "`" + one + "` has no meaning in a condition", null);
        }
    }

    private void foreign(String symbol) {
        String meant = FOREIGN.getOrDefault(symbol, "");
        stop(
                at,
                "`" + symbol + "` is no operator",
                meant.isEmpty() ? "a condition has no patterns; compare with ==" : "write " + meant);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
