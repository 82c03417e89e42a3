package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.condition.FieldPath;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Asks a snapshot in words and says in words what it decides: a rule and its obligations, or a reason. */
final class Verdicts {
    private Verdicts() {}

    /** An access such as {@code get /patients/p1}, {@code group /a/b/**}{@code /c} or {@code list /patients in the past}. */
    static Access access(String text) {
        String[] words = text.split(" ", 3);
        Operation operation = Operation.valueOf(words[0].toUpperCase(Locale.ROOT));
        boolean history = words.length == 3 && words[2].equals("in the past");
        assertThat(words.length == 2 || history).as(text).isTrue();
        return new Access(operation, resource(operation, words[1]), history);
    }

    private static Resource resource(Operation operation, String path) {
        int last = path.lastIndexOf('/');
        return switch (operation) {
            case GET, CREATE, UPDATE, DELETE, UPSERT -> new Resource.Document(path(path));
            case COLLECTIONS -> new Resource.CollectionIds(path(path));
            case LIST -> new Resource.Collection(path(path.substring(0, last)), path.substring(last + 1));
            case GROUP -> {
                int deep = path.indexOf("/**/");
                yield new Resource.Group(path(path.substring(0, deep)), path.substring(deep + 4));
            }
        };
    }

    private static ResourcePath path(String text) {
        return ResourcePath.parse(text.startsWith("/") ? text.substring(1) : text)
                .orElseThrow(() -> new IllegalArgumentException(text));
    }

    static String of(PolicySnapshot snapshot, Principal caller, DatabaseName database, String access, Instant now) {
        Decision decision = snapshot.decide(
                snapshot.standing(caller), new AccessRequest(database, List.of(access(access)), null, now));
        return switch (decision) {
            case Decision.Permit permit ->
                permit.grants().get(0).rule() + said(permit.grants().get(0).obligations());
            case Decision.Deny deny -> deny.reason().name();
        };
    }

    private static String said(Obligations obligations) {
        return switch (obligations.rows()) {
                    case RowFilter.AllRows.INSTANCE -> "";
                    case RowFilter.Rows(var predicate) -> " where " + predicate.describe();
                }
                + switch (obligations.fields()) {
                    case FieldMask.AllFields.INSTANCE -> "";
                    case FieldMask.Hidden(var paths) -> " without " + joined(paths);
                    case FieldMask.Shown(var paths) -> " only " + joined(paths);
                }
                + switch (obligations.write()) {
                    case WriteGuard.NoGuard.INSTANCE -> "";
                    case WriteGuard.Readonly(var paths) -> " keeping " + joined(paths);
                };
    }

    private static String joined(List<FieldPath> paths) {
        return paths.stream().map(FieldPath::toString).collect(Collectors.joining(", "));
    }
}
