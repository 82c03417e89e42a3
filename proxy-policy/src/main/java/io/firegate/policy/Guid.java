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
    private static final int LENGTH = 36;

    public Guid {
        if (!isCanonical(value)) {
            throw new IllegalArgumentException("not a GUID in lower case");
        }
    }

    /** Reads a GUID in either case; empty when the text is anything else. */
    public static Optional<Guid> parse(String text) {
        String folded = text.toLowerCase(Locale.ROOT);
        return isCanonical(folded) ? Optional.of(new Guid(folded)) : Optional.empty();
    }

    private static boolean isCanonical(String text) {
        if (text.length() != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            if (dash ? c != '-' : !hex) {
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
