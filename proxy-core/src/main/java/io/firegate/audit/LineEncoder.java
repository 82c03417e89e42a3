package io.firegate.audit;

import io.firegate.firestore.enforce.QueryForm;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Operation;
import io.firegate.policy.Principal;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From a line's values to its bytes, ending in a newline. Used by one thread at a time.
 *
 * <p>Names come with their punctuation as ready-made bytes, because this runs twice for each request: building the line as text
 * first would cost several times as much.
 */
final class LineEncoder {
    /** Accesses written of one request; the rest is counted. Covers every usual batch; 100 of them are about 10 KiB. */
    static final int ACCESSES_MAX = 100;
    /** No further access is begun in a line longer than this. */
    static final int ACCESSES_UNTIL_BYTES = 24 * 1024;
    /** Longest path written: Firestore's own limit for a document name is 6 KiB (vendor page "Quotas and limits"). */
    static final int PATH_CHARS_MAX = 6 * 1024;
    /** Longest of any other text written. */
    static final int TEXT_CHARS_MAX = 256;
    /** No decision is longer: two whole accesses (one begun just in time, one refused) and every other text at its longest. */
    static final int DECISION_BYTES_MAX = 128 * 1024;
    /** No outcome is longer: it has no text of variable length. */
    static final int OUTCOME_BYTES_MAX = 512;

    private static final byte[] DECISION_TIME = Ascii.bytes("{\"v\":1,\"kind\":\"decision\",\"time\":\"");
    private static final byte[] OUTCOME_TIME = Ascii.bytes("{\"v\":1,\"kind\":\"outcome\",\"time\":\"");
    private static final byte[] ID = Ascii.bytes("\",\"id\":\"");
    private static final byte[] TRACE = Ascii.bytes(",\"trace\":\"");
    private static final byte[] PRINCIPAL_TENANT = Ascii.bytes(",\"principal\":{\"tenant\":\"");
    private static final byte[] OID = Ascii.bytes("\",\"oid\":\"");
    private static final byte[] USER_APP = Ascii.bytes("\",\"kind\":\"user\",\"app\":\"");
    private static final byte[] APP_APP = Ascii.bytes("\",\"kind\":\"app\",\"app\":\"");
    private static final byte[] PRINCIPAL_END = Ascii.bytes("\"}");
    private static final byte[] PEER = Ascii.bytes(",\"peer\":\"");
    private static final byte[] CLIENT = Ascii.bytes(",\"client\":\"");
    private static final byte[] METHOD = Ascii.bytes(",\"method\":\"");
    private static final byte[] DATABASE = Ascii.bytes(",\"database\":\"");
    private static final byte[] PERMIT = Ascii.bytes(",\"decision\":\"permit\"");
    private static final byte[] DENY_REASON = Ascii.bytes(",\"decision\":\"deny\",\"reason\":\"");
    private static final byte[] REFUSED_REASON = Ascii.bytes(",\"decision\":\"refused\",\"reason\":\"");
    private static final byte[] REASON = Ascii.bytes(",\"reason\":\"");
    private static final byte[] PLACE = Ascii.bytes(",\"place\":\"");
    private static final byte[] DETAIL = Ascii.bytes(",\"detail\":\"");
    private static final byte[] TIER = Ascii.bytes(",\"tier\":\"");
    private static final byte[] RULE = Ascii.bytes(",\"rule\":\"");
    private static final byte[] ACCESSES = Ascii.bytes(",\"accesses\":[");
    private static final byte[] QUERY = Ascii.bytes(",\"query\":");
    private static final byte[] WHERE = Ascii.bytes("\"where\":[");
    private static final byte[] ANY = Ascii.bytes("{\"any\":[");
    private static final byte[] ALL = Ascii.bytes("{\"all\":[");
    private static final byte[] FILTERS_END = Ascii.bytes("]}");
    private static final byte[] ORDER_BY = Ascii.bytes("\"orderBy\":[");
    private static final byte[] SUM = Ascii.bytes("\"sum\":[");
    private static final byte[] NEAREST = Ascii.bytes("\"nearest\":");
    private static final byte[] FORM_CUT = Ascii.bytes("\"cut\":true");
    private static final byte[] OMITTED = Ascii.bytes(",\"omitted\":");
    private static final byte[] SNAPSHOT = Ascii.bytes(",\"snapshot\":\"");
    private static final byte[] CREDENTIAL = Ascii.bytes(",\"credential\":\"");
    private static final byte[] ACCESS_OP = Ascii.bytes("{\"op\":\"");
    private static final byte[] PATH = Ascii.bytes("\",\"path\":\"");
    private static final byte[] BELOW = Ascii.bytes("/**/");
    private static final byte[] CUT = Ascii.bytes(",\"cut\":true");
    private static final byte[] HISTORY = Ascii.bytes(",\"history\":true");
    private static final byte[] REFUSED = Ascii.bytes(",\"refused\":true");
    private static final byte[] STATUS = Ascii.bytes(",\"status\":\"");
    private static final byte[] SOURCE = Ascii.bytes("\",\"source\":\"");
    private static final byte[] END = Ascii.bytes("\",\"end\":\"");
    private static final byte[] UPSTREAM_MS = Ascii.bytes(",\"upstreamMs\":");
    private static final byte[] MESSAGES = Ascii.bytes(",\"messages\":");
    private static final byte[] BYTES_IN = Ascii.bytes(",\"bytesIn\":");
    private static final byte[] BYTES_OUT = Ascii.bytes(",\"bytesOut\":");
    private static final byte[] LINE_END = Ascii.bytes("}\n");

    private final JsonWriter json = new JsonWriter();

    /** The word of a rule's {@code allow}. */
    private static String word(Operation operation) {
        return switch (operation) {
            case GET -> "get";
            case LIST -> "list";
            case GROUP -> "group";
            case CREATE -> "create";
            case UPDATE -> "update";
            case DELETE -> "delete";
            case COLLECTIONS -> "collections";
            case UPSERT -> "upsert";
        };
    }

    /** The buffer that holds the line encoded last; valid until the next. */
    byte[] array() {
        return json.array();
    }

    /** How many bytes that line has. */
    int length() {
        return json.length();
    }

    void encode(DecisionLine line) {
        opening(DECISION_TIME, line.time(), line.id());
        optional(TRACE, line.trace());
        Principal principal = line.principal();
        if (principal != null) {
            principal(principal);
        }
        text(PEER, line.peer());
        optional(CLIENT, line.client());
        method(line.method());
        DatabaseName database = line.database();
        if (database != null) {
            database(database);
        }
        switch (line.verdict()) {
            case DecisionLine.Permitted permitted -> permitted(permitted);
            case DecisionLine.Denied denied -> denied(denied);
            case DecisionLine.WriteByWrite writes -> writeByWrite(writes);
            case DecisionLine.Refused refused -> refused(refused);
        }
        json.raw(LINE_END);
    }

    void encode(OutcomeLine line) {
        opening(OUTCOME_TIME, line.time(), line.id());
        json.raw(STATUS);
        json.ascii(line.status().name());
        json.raw(SOURCE);
        json.ascii(line.source().word());
        json.raw(END);
        json.ascii(line.end().word());
        json.raw('"');
        if (line.upstreamNanos() >= 0) {
            json.raw(UPSTREAM_MS);
            json.millis(line.upstreamNanos());
        }
        number(MESSAGES, line.messages());
        number(BYTES_IN, line.bytesIn());
        number(BYTES_OUT, line.bytesOut());
        json.raw(LINE_END);
    }

    private void opening(byte[] constant, Instant time, DecisionId id) {
        json.clear();
        json.raw(constant);
        json.time(time.getEpochSecond(), time.getNano());
        json.raw(ID);
        json.id(id);
        json.raw('"');
    }

    private void principal(Principal principal) {
        json.raw(PRINCIPAL_TENANT);
        json.guid(principal.tenant());
        json.raw(OID);
        json.guid(principal.oid());
        json.raw(
                switch (principal.kind()) {
                    case USER -> USER_APP;
                    case APP -> APP_APP;
                });
        json.guid(principal.app());
        json.raw(PRINCIPAL_END);
    }

    private void method(String method) {
        int query = method.indexOf('?');
        json.raw(METHOD);
        json.text(method, query < 0 ? TEXT_CHARS_MAX : Math.min(query, TEXT_CHARS_MAX));
        json.raw('"');
    }

    private void database(DatabaseName database) {
        json.raw(DATABASE);
        json.text(database.project(), TEXT_CHARS_MAX);
        json.raw('/');
        json.text(database.database(), TEXT_CHARS_MAX);
        json.raw('"');
    }

    private void permitted(DecisionLine.Permitted permitted) {
        List<Decision.Grant> grants = permitted.permit().grants();
        json.raw(PERMIT);
        json.raw(ACCESSES);
        int written = 0;
        while (written < grants.size() && !isFull(written)) {
            Decision.Grant grant = grants.get(written);
            access(written++, grant.access(), grant.tier(), grant.rule(), null, false);
        }
        json.raw(']');
        omitted(grants.size() - written);
        QueryForm query = permitted.query();
        if (query != null) {
            query(query);
        }
        text(SNAPSHOT, permitted.snapshot());
        text(CREDENTIAL, permitted.permit().credential());
    }

    /** As {@code policy indexes} reads it in a file of shapes. */
    private void query(QueryForm query) {
        json.raw(QUERY);
        char before = '{';
        if (!query.where().isEmpty()) {
            json.raw(before);
            json.raw(WHERE);
            filters(query.where());
            json.raw(']');
            before = ',';
        }
        if (!query.orders().isEmpty()) {
            json.raw(before);
            json.raw(ORDER_BY);
            int written = 0;
            for (QueryForm.Order order : query.orders()) {
                name(written++, order.field(), order.descending() ? "desc" : "asc");
            }
            json.raw(']');
            before = ',';
        }
        if (!query.summed().isEmpty()) {
            json.raw(before);
            json.raw(SUM);
            int written = 0;
            for (String field : query.summed()) {
                name(written++, field, null);
            }
            json.raw(']');
            before = ',';
        }
        if (query.nearest() != null) {
            json.raw(before);
            json.raw(NEAREST);
            name(0, query.nearest(), null);
            before = ',';
        }
        if (query.cut()) {
            json.raw(before);
            json.raw(FORM_CUT);
            before = ',';
        }
        if (before == '{') {
            json.raw(before);
        }
        json.raw('}');
    }

    private void filters(List<QueryForm.Filter> filters) {
        int written = 0;
        for (QueryForm.Filter filter : filters) {
            switch (filter) {
                case QueryForm.Compared(var field, var comparison) -> name(written, field, comparison);
                case QueryForm.Any(var any) -> filters(written, ANY, any);
                case QueryForm.All(var all) -> filters(written, ALL, all);
            }
            written++;
        }
    }

    private void filters(int index, byte[] opening, List<QueryForm.Filter> filters) {
        if (index > 0) {
            json.raw(',');
        }
        json.raw(opening);
        filters(filters);
        json.raw(FILTERS_END);
    }

    /** The name of a field as the client wrote it, and what is said of it. */
    private void name(int index, String field, @Nullable String word) {
        if (index > 0) {
            json.raw(',');
        }
        json.raw('"');
        json.text(field, QueryForm.CHARS_MAX);
        if (word != null) {
            json.raw(' ');
            json.ascii(word);
        }
        json.raw('"');
    }

    /** The refused access is written wherever it stands, so that a denial always names what it is about. */
    private void denied(DecisionLine.Denied denied) {
        Decision.Deny deny = denied.deny();
        json.raw(DENY_REASON);
        json.ascii(deny.reason().name());
        json.raw('"');
        optional(TIER, deny.tier());
        optional(RULE, deny.rule());
        optional(PLACE, deny.place());
        if (deny.place() == null) {
            // Beside a place it repeats what the client wrote there, and the name of a field may be somebody's data.
            optional(DETAIL, deny.detail());
        }
        json.raw(ACCESSES);
        List<Access> accesses = denied.accesses();
        Access refused = deny.refused();
        boolean named = refused == null;
        int written = 0;
        while (written < accesses.size() && !isFull(written)) {
            Access access = accesses.get(written);
            boolean isRefused = !named && access.equals(refused);
            named |= isRefused;
            access(written++, access, null, null, null, isRefused);
        }
        if (refused != null && !named) {
            access(written++, refused, null, null, null, true);
        }
        json.raw(']');
        omitted(accesses.size() - written);
        text(SNAPSHOT, denied.snapshot());
    }

    /** The refused writes come first: they are what a reader of the record looks for. */
    private void writeByWrite(DecisionLine.WriteByWrite writes) {
        List<Decision.Deny> refused = writes.refused();
        Decision.Permit permit = writes.permit();
        if (permit == null) {
            json.raw(DENY_REASON);
            json.ascii(refused.get(0).reason().name());
            json.raw('"');
        } else {
            json.raw(PERMIT);
        }
        json.raw(ACCESSES);
        int written = 0;
        int all = 0;
        for (Decision.Deny deny : refused) {
            Access access = deny.refused();
            if (access != null) {
                all++;
                if (!isFull(written)) {
                    access(written++, access, deny.tier(), deny.rule(), deny.reason(), true);
                }
            }
        }
        List<Decision.Grant> grants = permit == null ? List.of() : permit.grants();
        for (int i = 0; i < grants.size() && !isFull(written); i++) {
            Decision.Grant grant = grants.get(i);
            access(written++, grant.access(), grant.tier(), grant.rule(), null, false);
        }
        json.raw(']');
        omitted(all + grants.size() - written);
        text(SNAPSHOT, writes.snapshot());
        if (permit != null) {
            text(CREDENTIAL, permit.credential());
        }
    }

    private void refused(DecisionLine.Refused refused) {
        text(REFUSED_REASON, refused.reason().name());
        optional(PLACE, refused.place());
    }

    private boolean isFull(int accesses) {
        return accesses >= ACCESSES_MAX || json.length() > ACCESSES_UNTIL_BYTES;
    }

    private void omitted(int accesses) {
        if (accesses > 0) {
            number(OMITTED, accesses);
        }
    }

    private void access(
            int index,
            Access access,
            @Nullable String tier,
            @Nullable String rule,
            @Nullable DenyReason reason,
            boolean refused) {
        if (index > 0) {
            json.raw(',');
        }
        json.raw(ACCESS_OP);
        json.ascii(word(access.operation()));
        json.raw(PATH);
        boolean whole = resource(access.resource());
        json.raw('"');
        if (!whole) {
            json.raw(CUT);
        }
        optional(TIER, tier);
        optional(RULE, rule);
        if (access.history()) {
            json.raw(HISTORY);
        }
        if (refused) {
            json.raw(REFUSED);
        }
        if (reason != null) {
            text(REASON, reason.name());
        }
        json.raw('}');
    }

    /** Writes what {@link Resource} prints, without building it; false when it was cut. */
    private boolean resource(Resource resource) {
        return switch (resource) {
            case Resource.Document document -> path(document.path(), PATH_CHARS_MAX) >= 0;
            case Resource.CollectionIds ids -> path(ids.parent(), PATH_CHARS_MAX) >= 0;
            case Resource.Collection collection -> collection(collection.parent(), false, collection.collectionId());
            case Resource.Group group -> collection(group.parent(), true, group.collectionId());
        };
    }

    private boolean collection(ResourcePath parent, boolean below, String collectionId) {
        int room = parent.isRoot() ? PATH_CHARS_MAX : path(parent, PATH_CHARS_MAX);
        if (room < 0) {
            return false;
        }
        if (below) {
            json.raw(BELOW);
        } else {
            json.raw('/');
        }
        if (collectionId.isEmpty()) {
            json.raw('*');
            return true;
        }
        return json.text(collectionId, room) == collectionId.length();
    }

    /** Writes a path of at most so many characters; returns how many are left, negative when it was cut. */
    private int path(ResourcePath path, int charsMax) {
        if (path.isRoot()) {
            json.raw('/');
            return charsMax;
        }
        List<String> segments = path.segments();
        int room = charsMax;
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            json.raw('/');
            int taken = json.text(segment, Math.max(0, room - 1));
            if (taken < segment.length()) {
                return -1;
            }
            room -= taken + 1;
        }
        return room;
    }

    private void text(byte[] name, String text) {
        json.raw(name);
        json.text(text, TEXT_CHARS_MAX);
        json.raw('"');
    }

    private void optional(byte[] name, @Nullable String text) {
        if (text != null) {
            text(name, text);
        }
    }

    private void number(byte[] name, long value) {
        json.raw(name);
        json.number(value);
    }
}
