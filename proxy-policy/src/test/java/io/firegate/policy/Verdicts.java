package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.Obligations.WriteCheck;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.check.CheckFacts;
import io.firegate.policy.condition.DocumentView;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import io.firegate.policy.suite.ValueText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Asks a snapshot in words and says in words what it decides: a rule and its obligations, or a reason. */
final class Verdicts {
    private static final String KNOWING = " knowing ";

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

    /** The verdict on a single access, without what checks are told. */
    static String of(PolicySnapshot snapshot, Principal caller, DatabaseName database, String access, Instant now) {
        AccessRequest request = new AccessRequest(database, accesses(access), null, now);
        return of(snapshot, caller, request, Map.of()).split(KNOWING, 2)[0];
    }

    /** Several joined by {@code and}. */
    static List<Access> accesses(String text) {
        return Arrays.stream(text.split(" and ", -1)).map(Verdicts::access).toList();
    }

    /**
     * The verdict in words.
     *
     * @param documents what is there to look up; every other document is missing
     */
    static String of(
            PolicySnapshot snapshot,
            Principal caller,
            AccessRequest request,
            Map<ResourcePath, DocumentView> documents) {
        return of(snapshot, snapshot.standing(caller), request, documents);
    }

    /** The verdict on somebody whose standing is known. */
    static String of(
            PolicySnapshot snapshot,
            Standing standing,
            AccessRequest request,
            Map<ResourcePath, DocumentView> documents) {
        return switch (snapshot.decide(standing, request)) {
            case Decision.Settled settled -> of(settled);
            case Decision.Needs(var permit, var needed) -> {
                Map<ResourcePath, Optional<DocumentView>> read = new HashMap<>();
                needed.forEach(path -> read.put(path, Optional.ofNullable(documents.get(path))));
                Decision again = snapshot.decide(standing, request.with(Lookups.of(read)));
                assertThat(again).as("one round is enough").isInstanceOf(Decision.Settled.class);
                yield needed.stream().map(ResourcePath::toString).sorted().collect(Collectors.joining(" and ")) + " -> "
                        + of(again.onTerms());
            }
        };
    }

    private static String of(Decision.Settled decision) {
        return switch (decision) {
            case Decision.Permit permit ->
                permit.grants().stream()
                        .map(grant -> grant.rule() + said(grant.obligations()))
                        .collect(Collectors.joining(" and "));
            case Decision.Deny deny -> deny.reason() + (deny.detail() == null ? "" : " (" + deny.detail() + ")");
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
                }
                + switch (obligations.check()) {
                    case WriteCheck.NoCheck.INSTANCE -> "";
                    case WriteCheck.OneOf one -> " as a whole" + said(one);
                    case WriteCheck.OneOfEach(var sides) ->
                        sides.stream().map(Verdicts::said).collect(Collectors.joining(" and", " as a whole", ""));
                };
    }

    private static String said(WriteCheck.OneOf side) {
        return side.tuples().stream().map(Verdicts::said).collect(Collectors.joining(" or"));
    }

    private static String said(WriteCheck.Terms tuple) {
        return (tuple.rows().equals(RowPredicate.Const.TRUE)
                        ? ""
                        : " where " + tuple.rows().describe())
                + (tuple.check() == null
                        ? ""
                        : " check " + tuple.check().check().text()
                                + known(tuple.check().facts()));
    }

    /** What the check is told beside the document: {@code knowing caller.oid = 5b1f…, grant.ward = ["A"]}. */
    private static String known(CheckFacts facts) {
        List<String> known = new ArrayList<>();
        facts.caller().forEach((attribute, value) -> known.add("caller." + attribute.word() + " = " + value));
        facts.claims().forEach((name, value) -> known.add("caller.claims." + name + " = " + ValueText.of(value)));
        facts.grants()
                .forEach((name, values) ->
                        known.add("grant." + name + " = " + ValueText.of(new PolicyValue.Array(values))));
        facts.variables().forEach((name, id) -> known.add(name + " = " + id));
        facts.lookups()
                .forEach((name, fields) -> known.add(name + " = " + ValueText.of(new PolicyValue.Fields(fields))));
        facts.awaited().forEach(path -> known.add("not yet " + path));
        return known.isEmpty() ? "" : KNOWING + known.stream().sorted().collect(Collectors.joining(", "));
    }

    private static String joined(List<FieldPath> paths) {
        return paths.stream().map(FieldPath::toString).collect(Collectors.joining(", "));
    }
}
