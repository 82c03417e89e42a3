package io.firegate.firestore.enforce;

import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.Target;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.firestore.handle.HandleSealer;
import io.firegate.firestore.handle.SealedResumeToken;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.IpAddress;
import io.firegate.policy.Lookups;
import io.firegate.policy.Obligations;
import io.firegate.policy.Principal;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.Standing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.util.ArrayList;
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
    private static final Set<Demand> MET = Demand.OF_READS;

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
    private final ListenLookups lookups = new ListenLookups();
    private final List<PermittedCall> released = new ArrayList<>(0);
    private final ListenAnswers answers;
    private @Nullable Waiting waiting;
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
        this.answers = new ListenAnswers(sealer, principal, byUpstreamId, lookups);
    }

    /**
     * A target whose conditions look up documents that are not known yet.
     *
     * @param number as in {@link Asked.Permitted}
     */
    private record Waiting(TargetAsk ask, int number) {}

    /** What is decided about a target. */
    private sealed interface Judged {
        /**
         * All is known.
         *
         * @param caller who asked, with what has been looked up
         * @param on the documents it depends on
         */
        record Settled(Decision.Settled decision, Caller caller, Set<ResourcePath> on) implements Judged {}

        /**
         * It depends on documents that are not all known.
         *
         * @param permit what is permitted whatever they hold
         */
        record Open(Decision.Permit permit, Caller caller, Set<ResourcePath> on) implements Judged {}
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

        /**
         * Documents are looked up first; {@link #lookedUp} says what comes of the target when {@link #isLookedUp}. Until then nothing else
         * may be asked.
         *
         * @param call has Firestore tell of them from now on
         */
        record LookUp(PermittedCall call) implements Asked {}

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

    /** The client's numbers of what is listened to, and of what waits to be. */
    public List<Integer> targets() {
        List<Integer> targets = new ArrayList<>(byId.keySet());
        if (waiting != null) {
            targets.add(waiting.ask().id());
        }
        return targets;
    }

    /** Whether what Firestore says in words could tell of what is hidden. */
    public boolean withholdsWords() {
        return byUpstreamId.values().stream().anyMatch(ListenTarget::withholdsWords);
    }

    /** What Firestore must be told because documents need not be watched any more; each is told once. */
    public List<PermittedCall> takeReleased() {
        List<PermittedCall> taken = List.copyOf(released);
        released.clear();
        return taken;
    }

    /** The length of the documents that are watched. */
    public long watchedBytes() {
        return lookups.size() == 0 ? 0 : lookups.heldBytes();
    }

    /** Judges a message of the client. Total: answers every sequence of bytes. */
    public Asked asked(byte[] message, Standing standing, Instant now) {
        Caller caller = new Caller.Standard(standing, namedTier, now, client);
        return switch (reader.read(message, new Handles(sealer, principal))) {
            case ListenReader.Asked.Invalid(var problem, var place) -> new Asked.Invalid(problem, place);
            case ListenReader.Asked.Unreadable(int target, var problem, var place) ->
                byId.containsKey(target)
                        ? new Asked.Invalid(RequestProblem.BAD_TARGET_ID, "add_target.target_id")
                        : new Asked.Refused(target, problem, place);
            case ListenReader.Asked.Remove(int target) -> removed(target);
            case ListenReader.Asked.Add(var ask) -> add(ask, caller);
        };
    }

    private Asked add(TargetAsk ask, Caller caller) {
        if (byId.containsKey(ask.id())) {
            return new Asked.Invalid(RequestProblem.BAD_TARGET_ID, "add_target.target_id");
        }
        if (isFull(1)) {
            return new Asked.Refused(ask.id(), RequestProblem.TOO_MANY_TARGETS, null);
        }
        if (database != null && !database.equals(ask.database())) {
            return new Asked.Refused(ask.id(), RequestProblem.FOREIGN_DATABASE, "database");
        }
        return settle(ask, ++lastUpstreamId, caller);
    }

    /** Whether there is no room for so many more. Those on their way out count as well: Firestore has not let go of them. */
    private boolean isFull(int more) {
        return byUpstreamId.size() + lookups.size() + more > targetsMax;
    }

    /** Whether a target waits of which all is known now. */
    public boolean isLookedUp() {
        return waiting != null && lookups.isKnown(waiting.number());
    }

    /** What comes of the target that waits. */
    public Asked lookedUp(Standing standing, Instant now) {
        Waiting waits = waiting;
        if (waits == null) {
            throw new IllegalStateException("no target waits");
        }
        waiting = null;
        return settle(waits.ask(), waits.number(), new Caller.Standard(standing, namedTier, now, client));
    }

    private Asked settle(TargetAsk ask, int number, Caller caller) {
        Asked asked = switch (judge(ask.kept(), caller, credential)) {
            case Judged.Settled(Decision.Deny deny, var with, var on) -> denied(ask, deny);
            case Judged.Settled(Decision.Permit permit, var with, var on) -> {
                lookups.use(number, on);
                yield carryOut(ask, number, Plan.Verdict.of(permit, with));
            }
            case Judged.Open open -> lookUp(ask, number, open);
        };
        if (!(asked instanceof Asked.Permitted || asked instanceof Asked.LookUp)) {
            leave(number);
        }
        return asked;
    }

    private static Asked denied(TargetAsk ask, Decision.Deny deny) {
        return new Asked.Denied(ask.id(), ask.database(), ask.accesses(), deny);
    }

    /** What is refused whatever the documents hold is refused before anybody reads them. */
    private Asked lookUp(TargetAsk ask, int number, Judged.Open open) {
        Plan.Verdict verdict = Plan.Verdict.of(open.permit(), open.caller());
        String unreadable = NarrowedTarget.unreadable(ask, verdict);
        if (unreadable != null) {
            return new Asked.Refused(ask.id(), RequestProblem.BAD_FIELD_PATH, unreadable);
        }
        Decision.Deny deny = ask.isQuery() ? NarrowedTarget.hiddenField(ask, verdict) : null;
        if (deny != null) {
            return denied(ask, deny);
        }
        if (isFull(2)) {
            return new Asked.Refused(ask.id(), RequestProblem.TOO_MANY_TARGETS, null);
        }
        Set<ResourcePath> unwatched = lookups.unwatched(open.on());
        if (unwatched.isEmpty()) {
            throw new IllegalStateException("only one target at a time waits for documents");
        }
        ListenRequest watch = lookups.watch(++lastUpstreamId, ask.database(), unwatched);
        lookups.use(number, open.on());
        waiting = new Waiting(ask, number);
        database = ask.database();
        credential = open.permit().credential();
        return new Asked.LookUp(call(ask.database(), open.permit(), unwatched.size(), watch, null));
    }

    /** A target needs nothing of what is looked up any more. */
    private void leave(int number) {
        for (int upstreamId : lookups.leave(number)) {
            released.add(removal(upstreamId));
        }
    }

    private Judged judge(TargetAsk.Kept ask, Caller caller, @Nullable String bound) {
        Caller first = caller.apart();
        Decision.Settled decision = decide(ask, first, bound);
        Set<ResourcePath> on = first.needed();
        if (!(decision instanceof Decision.Permit permit) || on.isEmpty()) {
            return new Judged.Settled(decision, first, Set.of());
        }
        Lookups found = lookups.found(on);
        if (found == null) {
            return new Judged.Open(permit, first, on);
        }
        Caller second = first.with(found);
        return new Judged.Settled(decide(ask, second, bound), second, on);
    }

    private static Decision.Settled decide(TargetAsk.Kept ask, Caller caller, @Nullable String bound) {
        return Demand.enforceable(caller.decide(ask.database(), ask.accesses(), bound), MET);
    }

    private Asked carryOut(TargetAsk ask, int number, Plan.Verdict verdict) {
        String unreadable = NarrowedTarget.unreadable(ask, verdict);
        if (unreadable != null) {
            return new Asked.Refused(ask.id(), RequestProblem.BAD_FIELD_PATH, unreadable);
        }
        Target.Builder forwarded = ask.target().toBuilder();
        if (ask.isQuery()) {
            Decision.Deny hidden = NarrowedTarget.hiddenField(ask, verdict);
            Decision.Deny deny = hidden == null ? NarrowedTarget.narrow(ask, verdict, forwarded) : hidden;
            if (deny != null) {
                return denied(ask, deny);
            }
        }
        SealedResumeToken.Target handle =
                new SealedResumeToken.Target(ask.database(), ask.identity(), verdict.obligations());
        boolean judged = !ask.isQuery() && !verdict.rows().isEmpty();
        boolean resumes = resume(ask.target(), forwarded, judged ? null : handle);
        boolean hasPicture =
                ask.target().hasReadTime() || !ask.target().getResumeToken().isEmpty();
        ListenTarget.Start afresh = hasPicture ? ListenTarget.Start.AFRESH : ListenTarget.Start.NEW;
        ListenTarget target =
                new ListenTarget(ask.kept(), number, verdict, handle, resumes ? ListenTarget.Start.RESUMED : afresh);
        forwarded.setTargetId(target.upstreamId());
        byId.put(target.id(), target);
        byUpstreamId.put(target.upstreamId(), target);
        database = ask.database();
        credential = verdict.permit().credential();
        return new Asked.Permitted(
                target.upstreamId(),
                call(
                        ask.database(),
                        target.permit(),
                        ask.kept().items(),
                        ask.request().toBuilder().setAddTarget(forwarded).build(),
                        ask.form()));
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

    private Asked removed(int id) {
        ListenTarget target = byId.remove(id);
        return new Asked.Removed(target == null ? null : removal(target, false));
    }

    private PermittedCall removal(ListenTarget target, boolean told) {
        target.remove(told);
        leave(target.upstreamId());
        return removal(target.upstreamId());
    }

    private PermittedCall removal(int upstreamId) {
        DatabaseName in = database;
        String with = credential;
        if (in == null || with == null) {
            throw new IllegalStateException("nothing has been listened to");
        }
        return call(
                in,
                new Decision.Permit(with, List.of()),
                0,
                ListenRequest.newBuilder()
                        .setDatabase(in.resourceName())
                        .setRemoveTarget(upstreamId)
                        .build(),
                null);
    }

    private static PermittedCall call(
            DatabaseName database, Decision.Permit permit, int items, ListenRequest request, @Nullable QueryForm form) {
        byte[] bytes = request.toByteArray();
        ByteBuf frame = Unpooled.buffer(PREFIX_BYTES + bytes.length, PREFIX_BYTES + bytes.length)
                .writeByte(0)
                .writeInt(bytes.length)
                .writeBytes(bytes);
        return new PermittedCall(
                FirestoreMethod.LISTEN, database, permit, items, true, List.of(), NOTHING, form, frame);
    }

    /** Takes in what a message of Firestore tells of documents that are looked up. Comes before {@link #answered} with the same message. */
    public LookedUp seen(byte[] message) {
        if (lookups.size() == 0) {
            return LookedUp.SAME;
        }
        try {
            return lookups.see(ListenResponse.parseFrom(message));
        } catch (InvalidProtocolBufferException e) {
            // The same is said of it when it is to be shown.
            return LookedUp.SAME;
        }
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
            leave(ended.number());
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
            Judged judged = judge(ask, caller, credential);
            if (judged instanceof Judged.Settled(Decision.Deny deny, var with, var on)
                    && deny.reason() == DenyReason.MIXED_CREDENTIALS) {
                elsewhere = true;
                judged = judge(ask, caller, null);
            }
            switch (judged) {
                case Judged.Settled(Decision.Deny deny, var with, var on) -> {
                    byId.remove(target.id());
                    changes.add(new Change.Revoked(
                            target.id(),
                            target.upstreamId(),
                            ask.database(),
                            ask.accesses(),
                            deny,
                            removal(target, true)));
                }
                case Judged.Settled(Decision.Permit permit, var with, var on) -> {
                    // It may be others than before.
                    lookups.use(target.upstreamId(), on);
                    elsewhere |= changed(target, permit, changes);
                }
                // Another document is looked up than before, and the stream begins anew to know it.
                case Judged.Open(var permit, var with, var on) -> elsewhere |= changed(target, permit, changes);
            }
        }
        if (elsewhere) {
            // Last: it ends the stream, and the others must have been told before.
            changes.add(Change.Elsewhere.INSTANCE);
        }
        return changes;
    }

    /** Notes what has become of a target that is still permitted; true when its rows are others now. */
    private boolean changed(ListenTarget target, Decision.Permit permit, List<Change> changes) {
        Obligations[] was = demanded(target.permit());
        Obligations[] is = demanded(permit);
        // Fields first: a client that began anew would keep on its screen what it may not see any more.
        if (!sameFields(was, is)) {
            byId.remove(target.id());
            changes.add(new Change.OtherFields(target.id(), target.upstreamId(), removal(target, true)));
            return false;
        }
        return !sameRows(was, is);
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
