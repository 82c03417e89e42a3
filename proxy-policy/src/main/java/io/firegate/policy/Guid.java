package io.firegate.policy;

import java.util.Locale;
import java.util.Optional;

/**
 * A GUID as Entra ID writes it, in lower case: a tenant, an object, an application or a group.
 *
 * <p>Entra compares these without regard to case, so {@link #parse} folds it; nothing else is folded.
 *
 * @param value 36 characters, {@code xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}
 */
public record Guid(String value) {
    private static final String SHAPE = "00000000-0000-0000-0000-000000000000";
    private static final int LENGTH = SHAPE.length();

    /** By ASCII character: a digit in lower case, a dash, or neither. */
    private static final byte[] KINDS = new byte[128];

    static {
        "0123456789abcdef".chars().forEach(digit -> KINDS[digit] = 1);
        KINDS['-'] = 2;
    }

    public Guid {
        if (!isCanonical(value)) {
            throw new IllegalArgumentException("not a GUID in lower case");
        }
    }

    /** Reads a GUID in either case; empty when the text is anything else. */
    public static Optional<Guid> parse(String text) {
        if (isCanonical(text)) {
            return Optional.of(new Guid(text));
        }
        String folded = text.toLowerCase(Locale.ROOT);
        return isCanonical(folded) ? Optional.of(new Guid(folded)) : Optional.empty();
    }

    /** A token has some twenty of them, so what each character is comes from a table. */
    private static boolean isCanonical(String text) {
        if (text.length() != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            if (c >= KINDS.length || KINDS[c] != KINDS[SHAPE.charAt(i)]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return value;
    }
}
