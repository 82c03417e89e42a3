package io.firegate.firestore.rest;

import org.jspecify.annotations.Nullable;

/**
 * Leaves the depth of a request with a problem; the place grows on the way out, so that a good request pays nothing for it. Never
 * leaves the package.
 */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final RestProblem problem;
    private final @Nullable String place;

    Refusal(RestProblem problem, @Nullable String place) {
        super(problem.name(), null, false, false);
        this.problem = problem;
        this.place = place;
    }

    Refusal(RestProblem problem) {
        this(problem, null);
    }

    RestProblem problem() {
        return problem;
    }

    /** A field path such as {@code writes[2].update.fields[0]}, or null for the whole. */
    @Nullable
    String place() {
        return place;
    }

    /** The same, seen from the message that holds the field. */
    Refusal within(String field) {
        return new Refusal(
                problem, place == null ? field : place.startsWith("[") ? field + place : field + "." + place);
    }

    /** The same, seen from the list or map that holds the element. */
    Refusal within(int index) {
        return within("[" + index + "]");
    }

    /**
     * A name from the request as it may be shown and recorded: a short identifier is, anything else might be a value that slipped.
     */
    static String shown(String name) {
        boolean plain = !name.isEmpty() && name.length() <= 64;
        for (int i = 0; plain && i < name.length(); i++) {
            char c = name.charAt(i);
            plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "_.$@-".indexOf(c) >= 0;
        }
        return plain ? name : "(unnamed)";
    }
}
