package io.firegate.policy;

import java.util.Optional;

/**
 * A Firestore database, {@code projects/P/databases/D}.
 *
 * @param project the project id
 * @param database the database id, {@code (default)} for the unnamed one
 */
public record DatabaseName(String project, String database) {
    /** Reads the short form; empty when it is not two names with a slash between. */
    public static Optional<DatabaseName> parse(String text) {
        int slash = text.indexOf('/');
        return slash > 0 && slash == text.lastIndexOf('/') && slash < text.length() - 1
                ? Optional.of(new DatabaseName(text.substring(0, slash), text.substring(slash + 1)))
                : Optional.empty();
    }

    /** The resource name the protocol uses. */
    public String resourceName() {
        return "projects/" + project + "/databases/" + database;
    }

    /** The short form a policy file uses: {@code project/database}. */
    @Override
    public String toString() {
        return project + "/" + database;
    }
}
