package io.firegate.policy;

/**
 * A Firestore database, {@code projects/P/databases/D}.
 *
 * @param project the project id
 * @param database the database id, {@code (default)} for the unnamed one
 */
public record DatabaseName(String project, String database) {
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
