package io.firegate.audit;

import io.firegate.audit.OutcomeLine.End;
import io.firegate.audit.OutcomeLine.Source;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.error.GrpcStatus;
import io.firegate.firestore.enforce.QueryForm;
import io.firegate.firestore.enforce.RequestProblem;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Guid;
import io.firegate.policy.Obligations;
import io.firegate.policy.Operation;
import io.firegate.policy.Principal;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sample lines. */
final class Lines {
    static final Instant TIME = Instant.parse("2026-11-22T09:08:07.000045678Z");
    static final DatabaseName DATABASE = new DatabaseName("clinic-prod", "(default)");
    static final Principal NURSE = new Principal(
            new Guid("11111111-0000-4000-8000-000000000001"),
            new Guid("22222222-0000-4000-8000-000000000002"),
            Principal.Kind.USER,
            new Guid("33333333-0000-4000-8000-000000000003"),
            Set.of(new Guid("5b1f0a52-0000-4000-8000-0000000000a1")),
            Set.of("Firestore.Admin"),
            "uti-is-not-written",
            Instant.MAX);
    private static final Principal JOB = new Principal(
            NURSE.tenant(),
            new Guid("44444444-0000-4000-8000-000000000004"),
            Principal.Kind.APP,
            NURSE.app(),
            Set.of(),
            Set.of("Writer"),
            "",
            Instant.MAX);
    private static final String SNAPSHOT = "0123456789abcdef";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private Lines() {}

    static DecisionId id(long number) {
        return new DecisionId(0x0123456789abcdefL, number);
    }

    static DecisionLine permitted(long number) {
        return permitted(number, List.of(grant(get("patients/p1"))));
    }

    static DecisionLine permitted(long number, List<Decision.Grant> grants) {
        return new DecisionLine(
                id(number),
                TIME,
                TRACE,
                NURSE,
                "10.0.0.7",
                null,
                "GetDocument",
                DATABASE,
                new DecisionLine.Permitted(new Decision.Permit("clinical-staff", grants), SNAPSHOT));
    }

    /** A query of patients that is permitted. */
    static DecisionLine queried(QueryForm form) {
        Access access = Access.of(Operation.LIST, new Resource.Collection(ResourcePath.ROOT, "patients"));
        return new DecisionLine(
                id(7),
                TIME,
                null,
                NURSE,
                "10.0.0.7",
                null,
                "RunQuery",
                DATABASE,
                new DecisionLine.Permitted(
                        new Decision.Permit("clinical-staff", List.of(grant(access))), form, SNAPSHOT));
    }

    private static QueryForm.Filter compared(String field, String comparison) {
        return new QueryForm.Compared(field, comparison);
    }

    static OutcomeLine outcome(long number) {
        return new OutcomeLine(
                id(number), TIME.plusMillis(1234), GrpcStatus.OK, Source.UPSTREAM, 1_234_567, 1, 97, 932, End.COMPLETE);
    }

    static Decision.Grant grant(Access access) {
        return new Decision.Grant(access, "ward-nurse", "ward-patients", Obligations.NONE);
    }

    static Access get(String path) {
        return Access.of(Operation.GET, document(path));
    }

    static Resource.Document document(String path) {
        return new Resource.Document(ResourcePath.parse(path).orElseThrow());
    }

    static DecisionLine denied(Decision.Deny deny, List<Access> accesses) {
        return new DecisionLine(
                id(2),
                TIME,
                null,
                JOB,
                "::1",
                null,
                "Commit",
                DATABASE,
                new DecisionLine.Denied(deny, accesses, SNAPSHOT));
    }

    /** A BatchWrite of which two writes are refused. */
    static DecisionLine batch(Decision.@Nullable Permit permit) {
        List<Decision.Deny> refused = List.of(
                new Decision.Deny(DenyReason.NO_RULE, Access.of(Operation.UPDATE, document("patients/p1")), null, null),
                new Decision.Deny(
                        DenyReason.UNENFORCEABLE,
                        Access.of(Operation.UPSERT, document("patients/p2")),
                        "ward-nurse",
                        "ward-patients"));
        return new DecisionLine(
                id(5),
                TIME,
                null,
                NURSE,
                "10.0.0.7",
                "198.51.100.7",
                "BatchWrite",
                DATABASE,
                new DecisionLine.WriteByWrite(permit, refused, SNAPSHOT));
    }

    static DecisionLine refused(String method, Enum<?> reason, @Nullable String place) {
        return new DecisionLine(
                id(4), TIME, null, null, "10.0.0.7", null, method, null, new DecisionLine.Refused(reason, place));
    }

    static String encode(DecisionLine line) {
        LineEncoder encoder = new LineEncoder();
        encoder.encode(line);
        return new String(encoder.array(), 0, encoder.length(), StandardCharsets.UTF_8);
    }

    static String encode(OutcomeLine line) {
        LineEncoder encoder = new LineEncoder();
        encoder.encode(line);
        return new String(encoder.array(), 0, encoder.length(), StandardCharsets.UTF_8);
    }

    /** Each golden file's name and the line it holds. */
    static Map<String, String> golden() {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("permit", encode(permitted(1)));
        lines.put(
                "batch-some", encode(batch(new Decision.Permit("clinical-staff", List.of(grant(get("patients/p3")))))));
        lines.put("batch-none", encode(batch(null)));
        lines.put(
                "permit-several",
                encode(permitted(
                        33,
                        List.of(
                                grant(Access.of(
                                        Operation.LIST,
                                        new Resource.Collection(
                                                ResourcePath.parse("patients/p1")
                                                        .orElseThrow(),
                                                "vitals"))),
                                grant(Access.of(Operation.GROUP, new Resource.Group(ResourcePath.ROOT, "vitals"))),
                                grant(Access.of(Operation.COLLECTIONS, new Resource.CollectionIds(ResourcePath.ROOT))),
                                grant(new Access(Operation.GET, document("patients/p2"), true))))));
        lines.put(
                "query",
                encode(queried(new QueryForm(
                        List.of(
                                compared("doctor", "=="),
                                new QueryForm.Any(List.of(
                                        compared("urgent", "=="),
                                        new QueryForm.All(List.of(compared("kind", "in"), compared("cost", ">")))))),
                        List.of(new QueryForm.Order("cost", false), new QueryForm.Order("admitted", true)),
                        List.of(),
                        null,
                        false))));
        lines.put(
                "query-sum", encode(queried(new QueryForm(List.of(), List.of(), List.of("cost", "age"), null, false))));
        lines.put(
                "query-nearest",
                encode(queried(new QueryForm(
                        List.of(compared("kind", "==")),
                        List.of(new QueryForm.Order("at", true)),
                        List.of("cost"),
                        "face",
                        false))));
        lines.put("query-all", encode(queried(new QueryForm(List.of(), List.of(), List.of(), null, false))));
        lines.put(
                "query-cut",
                encode(queried(new QueryForm(
                        List.of(compared("`a\"\\b\n\u202e` ==\",\"credential\":\"x", "==")),
                        List.of(),
                        List.of(),
                        null,
                        true))));
        Access allowed = Access.of(Operation.UPDATE, document("patients/p1"));
        Access refused = Access.of(Operation.DELETE, document("patients/p2"));
        lines.put(
                "deny",
                encode(denied(
                        new Decision.Deny(DenyReason.NO_RULE, refused, "ward-nurse", null),
                        List.of(allowed, refused))));
        Access query = Access.of(Operation.LIST, new Resource.Collection(ResourcePath.ROOT, "patients"));
        lines.put(
                "deny-field",
                encode(denied(
                        new Decision.Deny(
                                DenyReason.HIDDEN_FIELD,
                                query,
                                "ward-nurse",
                                "patients",
                                "structured_query.order_by[0].field.field_path is friends.ada",
                                "structured_query.order_by[0].field.field_path"),
                        List.of(query))));
        lines.put(
                "deny-detail",
                encode(denied(
                        new Decision.Deny(
                                DenyReason.UNENFORCEABLE,
                                query,
                                "ward-nurse",
                                "patients",
                                "with the rows the policy allows, the query has more than 30 disjunctions",
                                null),
                        List.of(query))));
        lines.put(
                "deny-caller",
                encode(denied(new Decision.Deny(DenyReason.NO_TIER, null, null, null), List.of(allowed))));
        lines.put("bad-token", encode(refused("GetDocument", TokenProblem.MISSING, null)));
        lines.put(
                "invalid-request",
                encode(new DecisionLine(
                        id(5),
                        TIME,
                        TRACE,
                        NURSE,
                        "10.0.0.7",
                        null,
                        "RunQuery",
                        null,
                        new DecisionLine.Refused(RequestProblem.MALFORMED, "structured_query.from[0]"))));
        lines.put(
                "unknown-method",
                encode(refused(
                        "/google.firestore.admin.v1.FirestoreAdmin/\"\r\nListIndexes?access_token=secret",
                        RequestProblem.BAD_FRAME,
                        null)));
        lines.put(
                "weird-path",
                encode(permitted(
                        6,
                        List.of(grant(
                                get("pa\"ti\\ents\n/\u2028\u0007{\u00e9\u4e2d\ud83d\ude00}\u007f\u009b\u202e"))))));
        lines.put("outcome", encode(outcome(1)));
        lines.put(
                "outcome-denied",
                encode(new OutcomeLine(
                        id(2), TIME, GrpcStatus.PERMISSION_DENIED, Source.FIREGATE, -1, 0, 97, 0, End.COMPLETE)));
        lines.put(
                "outcome-cancelled",
                encode(new OutcomeLine(
                        id(3), TIME, GrpcStatus.CANCELLED, Source.FIREGATE, 0, 17, 97, 12_345_678, End.CANCELLED)));
        return lines;
    }

    /** A denial with more accesses than are listed, each longer than any document's name. */
    static String longest() {
        Access access = get(("c/" + "x".repeat(1499) + "/").repeat(5) + "c/d");
        Access refused = Access.of(Operation.DELETE, access.resource());
        return encode(denied(
                new Decision.Deny(DenyReason.DENIED_PATH, refused, "t", "r"),
                Stream.concat(Collections.nCopies(200, access).stream(), Stream.of(refused))
                        .toList()));
    }
}
