package io.firegate.firestore.enforce;

import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Target;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.firestore.fields.NamedField;
import io.firegate.firestore.fields.NamedFields;
import io.firegate.firestore.fields.VisibleFields;
import io.firegate.firestore.handle.HandleSealer;
import io.firegate.firestore.handle.SealedResumeToken;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rows.RowQuery;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.IpAddress;
import io.firegate.policy.Obligations;
import io.firegate.policy.Principal;
import io.firegate.policy.Standing;
import io.firegate.policy.condition.RowPredicate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One Listen stream under policy: judges every target a client adds, says what of Firestore's answers the client sees, and judges the
 * targets anew when something has changed. Only {@link Enforcer} makes one. Belongs to the thread of its exchange; nothing in it waits.
 *
 * <p>All targets of a stream are in one database and use one credential, those of the first that was permitted. Towards Firestore
 * each target has a number of its own that is never used again, so that what is still under way about an old target of the same client's
 * number reaches nobody.
 */
public final class ListenStream {
    /** What a listen carries out of what a permit may demand. */
    private static final Set<Demand> MET = Set.copyOf(EnumSet.of(Demand.ROWS, Demand.FIELDS, Demand.WRITE_GUARD));

    private static final String QUERY_PLACE = "add_target.query.structured_query";
    private static final int PREFIX_BYTES = 5;

    /** Whatever is sent on the stream is answered through {@link #answered}, and through nothing else. */
    private static final AnswerExaminer NOTHING = new AnswerExaminer() {
        @Override
        public Examined examine(byte[] message) {
            return Examined.NotAnAnswer.INSTANCE;
        }
    };

    private final HandleSealer sealer;
    private final ListenReader reader;
    private final Principal principal;
    private final @Nullable String namedTier;
    private final @Nullable IpAddress client;
    private final int targetsMax;
    /** Most streams have one target. */
    private final Map<Integer, ListenTarget> byId = new HashMap<>(1);

    private final Map<Integer, ListenTarget> byUpstreamId = new HashMap<>(1);
    private final ListenAnswers answers;
    private @Nullable DatabaseName database;
    private @Nullable String credential;
    private int lastUpstreamId;

    /**
     * A stream without targets.
     *
     * @param namedTier the value of {@code x-firegate-tier}, or null
     * @param client the address it came from, or null
     * @param targetsMax most targets at a time
     */
    ListenStream(
            HandleSealer sealer,
            ListenReader reader,
            Principal principal,
            @Nullable String namedTier,
            @Nullable IpAddress client,
            int targetsMax) {
        this.sealer = sealer;
        this.reader = reader;
        this.principal = principal;
        this.namedTier = namedTier;
        this.client = client;
        this.targetsMax = targetsMax;
        this.answers = new ListenAnswers(sealer, principal, byUpstreamId);
    }

    /** What comes of a message of the client. */
    public sealed interface Asked {
        /**
         * A target is permitted.
         *
         * @param number names it on this stream, and no other ever
         * @param call the message for Firestore: the first opens the call, the others follow on it
         */
        record Permitted(int number, PermittedCall call) implements Asked {}

        /** The policy says no to a target. */
        record Denied(int target, DatabaseName database, List<Access> accesses, Decision.Deny deny) implements Asked {
            public Denied {
                accesses = List.copyOf(accesses);
            }
        }

        /** A target says nothing that could be judged; the others go on. */
        record Refused(
                int target,
                RequestProblem problem,
                @Nullable String place) implements Asked {}

        /**
         * A target is wanted no more.
         *
         * @param call the message for Firestore; null when there is no such target
         */
        record Removed(@Nullable PermittedCall call) implements Asked {}

        /** No message of a Listen stream: the stream cannot go on. */
        record Invalid(RequestProblem problem, @Nullable String place) implements Asked {}
    }

    /** What has become of a target, now that it is judged anew. */
    public sealed interface Change {
        /**
         * It may be listened to no more.
         *
         * @param target the client's number of it
         * @param number as in {@link Asked.Permitted}
         * @param call tells Firestore so
         */
        record Revoked(
                int target,
                int number,
                DatabaseName database,
                List<Access> accesses,
                Decision.Deny deny,
                PermittedCall call)
                implements Change {
            public Revoked {
                accesses = List.copyOf(accesses);
            }
        }

        /**
         * Other fields of its documents may be seen. No client takes a document with the same update time for another, so it has to listen
         * anew.
         *
         * @param target the client's number of it
         * @param number as in {@link Asked.Permitted}
         * @param call tells Firestore that it is wanted no more
         */
        record OtherFields(int target, int number, PermittedCall call) implements Change {}

        /** Other rows may be seen, or with another credential: the stream has to begin anew. */
        enum Elsewhere implements Change {
            INSTANCE
        }
    }

    /** The client's numbers of what is listened to. */
    public List<Integer> targets() {
        return List.copyOf(byId.keySet());
    }

    /** Whether what Firestore says in words could tell of what is hidden. */
    public boolean withholdsWords() {
        return byUpstreamId.values().stream().anyMatch(ListenTarget::withholdsWords);
    }

    /** Firestore's side of the stream has ended: there are no targets any more. */
    public void clear() {
        byId.clear();
        byUpstreamId.clear();
    }

    /** Judges a message of the client. Total: answers every sequence of bytes. */
    public Asked asked(byte[] message, Standing standing, Instant now) {
        return switch (reader.read(message, new Handles(sealer, principal))) {
            case ListenReader.Asked.Invalid(var problem, var place) -> new Asked.Invalid(problem, place);
            case ListenReader.Asked.Unreadable(int target, var problem, var place) ->
                byId.containsKey(target)
                        ? new Asked.Invalid(RequestProblem.BAD_TARGET_ID, "add_target.target_id")
                        : new Asked.Refused(target, problem, place);
            case ListenReader.Asked.Remove(int target) -> removed(target);
            case ListenReader.Asked.Add(var ask) -> add(ask, new Caller.Standard(standing, namedTier, now, client));
        };
    }

    private Asked add(TargetAsk ask, Caller caller) {
        if (byId.containsKey(ask.id())) {
            return new Asked.Invalid(RequestProblem.BAD_TARGET_ID, "add_target.target_id");
        }
        // Those on their way out count as well: Firestore has not let go of them.
        if (byUpstreamId.size() >= targetsMax) {
            return new Asked.Refused(ask.id(), RequestProblem.TOO_MANY_TARGETS, null);
        }
        if (database != null && !database.equals(ask.database())) {
            return new Asked.Refused(ask.id(), RequestProblem.FOREIGN_DATABASE, "database");
        }
        return switch (decide(ask.kept(), caller)) {
            case Decision.Deny deny -> new Asked.Denied(ask.id(), ask.database(), ask.accesses(), deny);
            case Decision.Permit permit -> carryOut(ask, Plan.Verdict.of(permit, caller));
        };
    }

    private Decision.Settled decide(TargetAsk.Kept ask, Caller caller) {
        return Demand.enforceable(caller.decide(ask.database(), ask.accesses(), credential), MET);
    }

    private Asked carryOut(TargetAsk ask, Plan.Verdict verdict) {
        Target.Builder forwarded = ask.target().toBuilder();
        if (ask.isQuery()) {
            Decision.Deny deny = narrow(ask, verdict, forwarded);
            if (deny != null) {
                return new Asked.Denied(ask.id(), ask.database(), ask.accesses(), deny);
            }
        }
        SealedResumeToken.Target handle =
                new SealedResumeToken.Target(ask.database(), ask.identity(), verdict.obligations());
        boolean judged = !ask.isQuery() && !verdict.rows().isEmpty();
        boolean resumes = resume(ask.target(), forwarded, judged ? null : handle);
        boolean hasPicture =
                ask.target().hasReadTime() || !ask.target().getResumeToken().isEmpty();
        ListenTarget.Start afresh = hasPicture ? ListenTarget.Start.AFRESH : ListenTarget.Start.NEW;
        ListenTarget target = new ListenTarget(
                ask.kept(), ++lastUpstreamId, verdict, handle, resumes ? ListenTarget.Start.RESUMED : afresh);
        forwarded.setTargetId(target.upstreamId());
        byId.put(target.id(), target);
        byUpstreamId.put(target.upstreamId(), target);
        database = ask.database();
        credential = verdict.permit().credential();
        return new Asked.Permitted(
                target.upstreamId(),
                call(target, ask.request().toBuilder().setAddTarget(forwarded).build(), ask.form()));
    }

    /** Puts in Firestore's own place to go on from; false when the client begins from nothing. */
    private boolean resume(Target asked, Target.Builder forwarded, SealedResumeToken.@Nullable Target handle) {
        if (handle != null && asked.hasReadTime()) {
            return true;
        }
        SealedResumeToken token = handle == null || asked.getResumeToken().isEmpty()
                ? null
                : SealedResumeToken.open(sealer, asked.getResumeToken(), principal, handle);
        if (token == null) {
            forwarded.clearResumeType().clearExpectedCount();
            return false;
        }
        forwarded.setResumeToken(token.upstream());
        return true;
    }

    /** Narrows a query to what may be seen; the refusal when that cannot be done. */
    private Decision.@Nullable Deny narrow(TargetAsk ask, Plan.Verdict verdict, Target.Builder forwarded) {
        Decision.Grant grant = verdict.permit().grants().get(0);
        StructuredQuery query = ask.target().getQuery().getStructuredQuery();
        for (VisibleFields visible : verdict.fields().values()) {
            NamedField named = new NamedFields(visible).queried(query, QUERY_PLACE);
            if (named != null) {
                return new Decision.Deny(
                        DenyReason.HIDDEN_FIELD,
                        grant.access(),
                        grant.tier(),
                        grant.rule(),
                        named.words(),
                        named.place());
            }
        }
        for (RowPredicate rows : verdict.rows().values()) {
            switch (RowQuery.over(ask.database(), verdict.resource()).narrow(query, rows)) {
                case RowQuery.Outcome.Impossible(var why) -> {
                    return Demand.unmet(grant, why);
                }
                case RowQuery.Outcome.Narrowed(var narrowed) ->
                    forwarded.getQueryBuilder().setStructuredQuery(narrowed);
            }
        }
        return null;
    }

    private Asked removed(int id) {
        ListenTarget target = byId.remove(id);
        return new Asked.Removed(target == null ? null : removal(target, false));
    }

    private PermittedCall removal(ListenTarget target, boolean told) {
        target.remove(told);
        return call(
                target,
                ListenRequest.newBuilder()
                        .setDatabase(target.ask().database().resourceName())
                        .setRemoveTarget(target.upstreamId())
                        .build(),
                null);
    }

    private static PermittedCall call(ListenTarget target, ListenRequest request, @Nullable QueryForm form) {
        byte[] bytes = request.toByteArray();
        ByteBuf frame = Unpooled.buffer(PREFIX_BYTES + bytes.length, PREFIX_BYTES + bytes.length)
                .writeByte(0)
                .writeInt(bytes.length)
                .writeBytes(bytes);
        return new PermittedCall(
                FirestoreMethod.LISTEN,
                target.ask().database(),
                target.permit(),
                target.ask().items(),
                true,
                List.of(),
                NOTHING,
                form,
                frame);
    }

    /** What the client sees of a message of Firestore; null when it is none a Listen stream has. */
    public @Nullable ListenAnswer answered(byte[] message) {
        ListenAnswer answer;
        try {
            answer = answers.of(message);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
        for (ListenAnswer.Ended ended : answer.ended()) {
            ListenTarget target = byUpstreamId.remove(ended.number());
            if (target != null && target.equals(byId.get(target.id()))) {
                byId.remove(target.id());
            }
        }
        return answer;
    }

    /**
     * Judges every target anew.
     *
     * @param standing the caller, under the snapshot now in force
     * @return what has changed, target by target; empty when nothing has
     */
    public List<Change> judgedAnew(Standing standing, Instant now) {
        Caller caller = new Caller.Standard(standing, namedTier, now, client);
        List<Change> changes = new ArrayList<>(0);
        boolean elsewhere = false;
        for (ListenTarget target : List.copyOf(byId.values())) {
            TargetAsk.Kept ask = target.ask();
            Decision.Settled verdict = decide(ask, caller);
            if (verdict instanceof Decision.Deny deny && deny.reason() == DenyReason.MIXED_CREDENTIALS) {
                elsewhere = true;
                verdict = Demand.enforceable(caller.decide(ask.database(), ask.accesses(), null), MET);
            }
            switch (verdict) {
                case Decision.Deny deny -> {
                    byId.remove(target.id());
                    changes.add(new Change.Revoked(
                            target.id(),
                            target.upstreamId(),
                            ask.database(),
                            ask.accesses(),
                            deny,
                            removal(target, true)));
                }
                case Decision.Permit permit -> {
                    Obligations[] was = demanded(target.permit());
                    Obligations[] is = demanded(permit);
                    // Fields first: a client that began anew would keep on its screen what it may not see any more.
                    if (!sameFields(was, is)) {
                        byId.remove(target.id());
                        changes.add(new Change.OtherFields(target.id(), target.upstreamId(), removal(target, true)));
                    } else if (!sameRows(was, is)) {
                        elsewhere = true;
                    }
                }
            }
        }
        if (elsewhere) {
            // Last: it ends the stream, and the others must have been told before.
            changes.add(Change.Elsewhere.INSTANCE);
        }
        return changes;
    }

    private static Obligations[] demanded(Decision.Permit permit) {
        return permit.grants().stream().map(Decision.Grant::obligations).toArray(Obligations[]::new);
    }

    private static boolean sameRows(Obligations[] was, Obligations[] is) {
        for (int i = 0; i < was.length; i++) {
            if (!was[i].rows().equals(is[i].rows())) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameFields(Obligations[] was, Obligations[] is) {
        for (int i = 0; i < was.length; i++) {
            if (!was[i].fields().equals(is[i].fields())) {
                return false;
            }
        }
        return true;
    }

    /**
     * The message that tells the client that a target has ended.
     *
     * @param status why: a serialised {@code google.rpc.Status}
     */
    public static byte[] removed(int target, byte[] status) {
        return ListenAnswers.removed(target, ByteString.copyFrom(status));
    }

    /** A message that says nothing, for clients that give up a stream on which they hear nothing. */
    public static byte[] heartbeat() {
        return ListenAnswers.heartbeat();
    }
}
