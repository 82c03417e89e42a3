package io.firegate.firestore.enforce;

import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.Write;
import com.google.protobuf.ByteString;
import io.firegate.firestore.handle.HandleSealer;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.Edit;
import io.firegate.policy.Access;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.IpAddress;
import io.firegate.policy.Lookups;
import io.firegate.policy.Obligations;
import io.firegate.policy.Principal;
import io.firegate.policy.Resource;
import io.firegate.policy.Standing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a request, asks the policy and makes the permitted call. Runs on the event loop and never waits; safe for any thread.
 *
 * <p>Judges the bytes it forwards and no others: a request that decoders could read in two ways is first written anew, and the new
 * bytes are what is walked, read, judged and forwarded.
 */
public final class Enforcer {
    /** Length-Prefixed-Message of grpc/doc/PROTOCOL-HTTP2.md: one byte of flag, four of length. */
    private static final int PREFIX_BYTES = 5;

    private final HandleSealer sealer;
    private final int partsMax;
    private final Names names = new Names();
    private final ListenReader listens;
    private final EnumMap<FirestoreMethod, RpcReader> readers = new EnumMap<>(FirestoreMethod.class);

    /**
     * An enforcer.
     *
     * @param sealer seals the handles callers are given, and opens them when they come back
     * @param partsMax most texts, messages and map entries of a request that is decoded, which takes many times the walk: under a limit
     *     of the policy, for a listener, and where two decoders could read it in two ways
     */
    public Enforcer(HandleSealer sealer, int partsMax) {
        this.sealer = sealer;
        this.partsMax = partsMax;
        this.listens = new ListenReader(names, partsMax);
        for (FirestoreMethod method : FirestoreMethod.values()) {
            RpcReader reader = reader(method, names);
            if (reader != null) {
                readers.put(method, reader);
            }
        }
    }

    private static @Nullable RpcReader reader(FirestoreMethod method, Names names) {
        return switch (method) {
            case GET_DOCUMENT -> new GetDocumentReader(names);
            case LIST_DOCUMENTS -> new ListDocumentsReader(names);
            case CREATE_DOCUMENT -> new CreateDocumentReader(names);
            case UPDATE_DOCUMENT -> new UpdateDocumentReader(names);
            case DELETE_DOCUMENT -> new DeleteDocumentReader(names);
            case BATCH_GET_DOCUMENTS -> new BatchGetDocumentsReader(names);
            case BEGIN_TRANSACTION -> new BeginTransactionReader(names);
            case COMMIT -> new CommitReader(names);
            case ROLLBACK -> new RollbackReader(names);
            case RUN_QUERY -> new RunQueryReader(names);
            case RUN_AGGREGATION_QUERY -> new RunAggregationQueryReader(names);
            case PARTITION_QUERY -> new PartitionQueryReader(names);
            case LIST_COLLECTION_IDS -> new ListCollectionIdsReader(names);
            case BATCH_WRITE -> new BatchWriteReader(names);
            case EXECUTE_PIPELINE, WRITE, LISTEN -> null;
        };
    }

    /**
     * A Write stream, judged message by message.
     *
     * @param id what the stream is called towards the client; no other stream of the caller may have it
     * @param namedTier the value of {@code x-firegate-tier}, or null
     * @param client as {@link #admit} takes it
     */
    public WriteStream writeStream(
            Principal principal, String id, @Nullable String namedTier, @Nullable IpAddress client) {
        return new WriteStream(this, sealer, names, principal, id, namedTier, client);
    }

    /**
     * Judges one whole request body. Total: answers every method and every sequence of bytes.
     *
     * @param method the RPC
     * @param framed the body: a gRPC frame (Length-Prefixed-Message of grpc/doc/PROTOCOL-HTTP2.md). Ownership of the
     *     reference passes to this call, whatever it answers
     * @param standing the caller under the snapshot that judges
     * @param namedTier the value of {@code x-firegate-tier}, or null
     * @param now when the request arrived
     * @param client the address it came from, or null
     * @param refusals says the refusal of one write among others that go on
     */
    public Admission admit(
            FirestoreMethod method,
            ByteBuf framed,
            Standing standing,
            @Nullable String namedTier,
            Instant now,
            @Nullable IpAddress client,
            WriteRefusals refusals) {
        return admit(method, framed, new Caller.Standard(standing, namedTier, now, client), refusals);
    }

    /**
     * A Listen stream of a caller, without targets yet.
     *
     * @param namedTier the value of {@code x-firegate-tier}, or null
     * @param client the address it came from, or null
     * @param targetsMax most targets at a time
     */
    public ListenStream listen(
            Principal principal, @Nullable String namedTier, @Nullable IpAddress client, int targetsMax) {
        return new ListenStream(sealer, listens, principal, namedTier, client, targetsMax);
    }

    Admission admit(FirestoreMethod method, ByteBuf framed, Caller caller, WriteRefusals refusals) {
        Admission admission = null;
        try {
            admission = judge(method, framed, caller, refusals);
            if (admission instanceof Admission.Guarded(var call)
                    && (call instanceof LookupCall || call instanceof LookupWrite)) {
                // It is judged again when what it needs has been read, and the bytes that came are gone by then.
                byte[] own = ByteBufUtil.getBytes(framed);
                admission = judge(method, Unpooled.wrappedBuffer(own), caller.with(Lookups.NONE), refusals);
            }
            return admission;
        } finally {
            boolean owned = admission instanceof Admission.Admitted admitted
                    && admitted.call().owns(framed);
            if (!owned) {
                framed.release();
            }
        }
    }

    private Admission judge(FirestoreMethod method, ByteBuf framed, Caller caller, WriteRefusals refusals) {
        RpcReader reader = readers.get(method);
        if (reader == null) {
            return new Admission.Invalid(RequestProblem.METHOD_NOT_GOVERNED, null);
        }
        RequestProblem badFrame = checkFrame(framed);
        if (badFrame != null) {
            return new Admission.Invalid(badFrame, null);
        }
        byte[] data;
        int start;
        int length = framed.readableBytes() - PREFIX_BYTES;
        if (framed.hasArray()) {
            data = framed.array();
            start = framed.arrayOffset() + framed.readerIndex() + PREFIX_BYTES;
        } else {
            data = new byte[length];
            start = 0;
            framed.getBytes(framed.readerIndex() + PREFIX_BYTES, data);
        }
        Handles handles = new Handles(sealer, caller.principal());
        return switch (WalkedMessage.of(
                data, start, start + length, reader.schema(), reader.parser(), partsMax, handles)) {
            case WalkedMessage.Unclear(var problem, var place) -> new Admission.Invalid(problem, place);
            case WalkedMessage.Clear(var request, var rewritten) -> {
                Body body = new Body(framed, rewritten, request);
                yield switch (reader.read(request)) {
                    case Reading.Unreadable unreadable -> invalid(unreadable);
                    case Reading.Wants wants -> judge(method, wants, body, caller, reader.meets(), null);
                    case Reading.WriteByWrite writes -> judge(method, writes, body, caller, refusals);
                };
            }
        };
    }

    private static Admission.Invalid invalid(Reading.Unreadable unreadable) {
        return new Admission.Invalid(unreadable.problem(), unreadable.place());
    }

    /** All or nothing. */
    private Admission judge(
            FirestoreMethod method,
            Reading.Wants wants,
            Body body,
            Caller caller,
            Set<Demand> met,
            @Nullable Looked looked) {
        return switch (decide(wants, caller, met)) {
            case Decision.Deny deny -> {
                WriteSet writes = wants.writes();
                // Some of what the request alone does not settle may depend on what is stored.
                boolean open = deny.reason() == DenyReason.UNENFORCEABLE;
                yield writes != null && open
                        ? guarded(method, wants, writes, body, caller, null)
                        : new Admission.Denied(wants.database(), wants.accesses(), deny);
            }
            case Decision.Permit permit -> {
                if (isTooLarge(body) && isLimited(permit)) {
                    yield new Admission.Invalid(RequestProblem.TOO_MANY_PARTS, null);
                }
                yield caller.needed().isEmpty()
                        ? carryOut(method, wants, body, Plan.Verdict.of(permit, caller, looked))
                        : lookUp(method, wants, body, permit, caller, met, looked);
            }
        };
    }

    /** Whether a request has more parts than one may have that is decoded. */
    private boolean isTooLarge(Body body) {
        return body.request().walk().parts() > partsMax;
    }

    /** Whether the request is decoded to carry out what a permit demands. */
    private static boolean isLimited(Decision.Permit permit) {
        for (Decision.Grant grant : permit.grants()) {
            if (!grant.obligations().equals(Obligations.NONE)) {
                return true;
            }
        }
        return false;
    }

    /** What it comes to when documents have been looked up; what is refused whatever they hold is refused now. */
    private Admission lookUp(
            FirestoreMethod method,
            Reading.Wants wants,
            Body body,
            Decision.Permit permit,
            Caller caller,
            Set<Demand> met,
            @Nullable Looked looked) {
        if (looked != null) {
            throw new IllegalStateException("looked up once, and something else is needed");
        }
        Plan.Step refused = wants.plan().refusedAnyway(Plan.Verdict.of(permit, caller));
        if (refused != null) {
            return outcome(method, wants, body, permit, refused);
        }
        return new Admission.Guarded(new LookupCall(
                method,
                wants.database(),
                permit,
                wants.items(),
                caller.needed(),
                Objects.requireNonNull(wants.moment(), "only reads are limited to rows"),
                found -> judge(method, wants, body, caller.with(found.lookups()), met, found)));
    }

    private static Admission carryOut(FirestoreMethod method, Reading.Wants wants, Body body, Plan.Verdict verdict) {
        return outcome(method, wants, body, verdict.permit(), wants.plan().carryOut(verdict));
    }

    private static Admission unenforceable(Reading.Wants wants, Decision.Permit permit, String detail) {
        return new Admission.Denied(
                wants.database(), wants.accesses(), Demand.unmet(permit.grants().get(0), detail));
    }

    private static Admission outcome(
            FirestoreMethod method, Reading.Wants wants, Body body, Decision.Permit permit, Plan.Step step) {
        return switch (step) {
            case Plan.Step.Refuse(var because) -> invalid(because);
            case Plan.Step.Unenforceable(var detail) -> unenforceable(wants, permit, detail);
            case Plan.Step.HiddenField(var under, var field) ->
                new Admission.Denied(
                        wants.database(),
                        wants.accesses(),
                        new Decision.Deny(
                                DenyReason.HIDDEN_FIELD,
                                under.access(),
                                under.tier(),
                                under.rule(),
                                field.words(),
                                field.place()));
            case Plan.Step.Answer(var message) -> new Admission.Answered(wants.database(), message, permit, List.of());
            case Plan.Step.Forward(var edits, var answers) ->
                admitted(method, wants, permit, body.reencoded(), answers, body.with(edits));
            case Plan.Step.Instead(var instead, var message, var answers) ->
                admitted(
                        instead, wants, permit, body.reencoded(), answers, Unpooled.wrappedBuffer(Edit.frame(message)));
        };
    }

    private static Admission admitted(
            FirestoreMethod method,
            Reading.Wants wants,
            Decision.Permit permit,
            boolean reencoded,
            AnswerExaminer answers,
            ByteBuf bytes) {
        return new Admission.Admitted(new PermittedCall(
                method,
                wants.database(),
                permit,
                wants.items(),
                reencoded,
                List.of(),
                answers,
                wants.form() == null ? null : wants.form().get(),
                bytes));
    }

    /** All or nothing, once it is known what is stored, and what is looked up. */
    private Admission guarded(
            FirestoreMethod method,
            Reading.Wants wants,
            WriteSet writes,
            Body body,
            Caller caller,
            @Nullable Looked looked) {
        WriteAccesses accesses = new WriteAccesses(wants.database(), wants.credential());
        List<WriteTerms> terms = new ArrayList<>(writes.intents().size());
        List<Decision.Grant> grants = new ArrayList<>();
        // Asking the policy about each write costs more than knowing that there are too many.
        Set<String> stored = new HashSet<>();
        String credential = null;
        for (WriteIntent intent : writes.intents()) {
            switch (WriteTerms.of(intent, caller, accesses)) {
                case WriteTerms.Verdict.Refused(var deny) -> {
                    return new Admission.Denied(wants.database(), wants.accesses(), deny);
                }
                case WriteTerms.Verdict.On(var on, var with) -> {
                    if (isTooLarge(body)) {
                        return new Admission.Invalid(RequestProblem.TOO_MANY_PARTS, null);
                    }
                    if (on.asksWhatIsStored()
                            && stored.add(intent.path().toString())
                            && stored.size() > GuardedCall.DOCUMENTS_MAX) {
                        return new Admission.Invalid(RequestProblem.TOO_MANY_GUARDED, null);
                    }
                    credential = with;
                    accesses.bind(with);
                    terms.add(on);
                    grants.addAll(on.grants());
                }
            }
        }
        if (credential == null) {
            throw new IllegalStateException("without writes nothing depends on what is stored");
        }
        Decision.Settled whole = withAnswers(wants, new Decision.Permit(credential, grants), caller);
        if (!(whole instanceof Decision.Permit permit)) {
            return new Admission.Denied(wants.database(), wants.accesses(), (Decision.Deny) whole);
        }
        Plan.Step step = wants.plan().carryOut(Plan.Verdict.of(permit, caller));
        if (!(step instanceof Plan.Step.Forward(var edits, var answers))) {
            return outcome(method, wants, body, permit, step);
        }
        ByteString begun = looked == null ? ByteString.EMPTY : looked.begun().id();
        boolean own = !begun.isEmpty();
        WriteSet set = own ? writes.in(wants.database(), begun) : writes;
        byte[] message = body.message(edits);
        RequestProblem problem = set.problem(message);
        if (problem != null) {
            return new Admission.Invalid(problem, "mask");
        }
        GuardedWhole call = new GuardedWhole(
                own ? FirestoreMethod.COMMIT : method, wants.database(), permit, set, message, terms, answers);
        if (call.isTooLarge()) {
            return new Admission.Invalid(RequestProblem.TOO_MANY_GUARDED, null);
        }
        String unreadable = call.unreadable();
        if (unreadable != null) {
            return new Admission.Invalid(RequestProblem.BAD_FIELD_PATH, unreadable);
        }
        return caller.needed().isEmpty()
                ? new Admission.Guarded(call)
                : lookUp(method, wants, writes, body, call, caller, looked);
    }

    /** The same when documents have been looked up: in the client's transaction, or in one that firegate begins. */
    private Admission lookUp(
            FirestoreMethod method,
            Reading.Wants wants,
            WriteSet writes,
            Body body,
            GuardedWhole call,
            Caller caller,
            @Nullable Looked looked) {
        if (looked != null) {
            throw new IllegalStateException("looked up once, and something else is needed");
        }
        Decision.Deny anyway = call.refusedAnyway();
        if (anyway != null) {
            return new Admission.Denied(wants.database(), wants.accesses(), anyway);
        }
        Moment moment = wants.moment();
        Function<Looked, Admission> judge =
                found -> guarded(method, wants, writes, body, caller.with(found.lookups()), found);
        return new Admission.Guarded(
                moment == null || writes.transaction().isEmpty()
                        ? new LookupWrite(
                                method, wants.database(), call.permit(), wants.items(), caller.needed(), judge)
                        : new LookupCall(
                                method,
                                wants.database(),
                                call.permit(),
                                wants.items(),
                                caller.needed(),
                                moment,
                                judge));
    }

    /** Each write for itself. */
    private Admission judge(
            FirestoreMethod method, Reading.WriteByWrite writes, Body body, Caller caller, WriteRefusals refusals) {
        WriteByWrite verdicts = WriteByWrite.judge(
                writes,
                caller,
                isTooLarge(body),
                refusals,
                (index, bound) -> judge(
                        FirestoreMethod.COMMIT,
                        Unpooled.wrappedBuffer(Edit.frame(alone(writes, index, body))),
                        bound,
                        refusals));
        if (verdicts.isTooLarge()) {
            return new Admission.Invalid(RequestProblem.TOO_MANY_PARTS, null);
        }
        Admission.Invalid invalid = verdicts.invalid();
        if (invalid != null) {
            return invalid;
        }
        Decision.Deny whole = verdicts.whole();
        if (whole != null) {
            List<Access> accesses = new ArrayList<>();
            for (OneWrite write : writes.writes()) {
                accesses.add(Access.of(write.operation(), new Resource.Document(write.path())));
            }
            return new Admission.Denied(writes.database(), accesses, whole);
        }
        Decision.Permit permit = verdicts.permit();
        if (permit == null) {
            return new Admission.Answered(
                    writes.database(), verdicts.merging().alone().toByteString(), null, verdicts.denied());
        }
        GuardedBatch guarded = verdicts.guarded(body.message(List.of()));
        if (guarded != null) {
            String unreadable = guarded.unreadable();
            return unreadable == null
                    ? new Admission.Guarded(guarded)
                    : new Admission.Invalid(RequestProblem.BAD_FIELD_PATH, unreadable);
        }
        return new Admission.Admitted(new PermittedCall(
                method,
                writes.database(),
                permit,
                writes.writes().size(),
                body.reencoded(),
                verdicts.denied(),
                verdicts.examiner(),
                body.with(verdicts.edits())));
    }

    /** A Commit of one write among others. */
    private static CommitRequest alone(Reading.WriteByWrite writes, int index, Body body) {
        return CommitRequest.newBuilder()
                .setDatabase(writes.database().resourceName())
                .addWrites(RequestMessage.parsed(
                        writes.writes().get(index).field().value(body.request().data()), 0, Write.parser()))
                .build();
    }

    /**
     * The bytes of a request on their way to Firestore.
     *
     * @param framed as they came
     * @param rewritten the frame written anew in their place, or null
     * @param request what was judged
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and gone when the request is judged
    private record Body(ByteBuf framed, byte @Nullable [] rewritten, RequestMessage request) {
        boolean reencoded() {
            return rewritten != null;
        }

        /** The message alone, on its own. */
        byte[] message(List<Edit> edits) {
            if (edits.isEmpty()) {
                return Arrays.copyOfRange(
                        request.data(), request.walk().start(), request.walk().end());
            }
            byte[] edited = edited(edits);
            return Arrays.copyOfRange(edited, PREFIX_BYTES, edited.length);
        }

        ByteBuf with(List<Edit> edits) {
            if (!edits.isEmpty()) {
                return Unpooled.wrappedBuffer(edited(edits));
            }
            return rewritten == null ? framed : Unpooled.wrappedBuffer(rewritten);
        }

        private byte[] edited(List<Edit> edits) {
            return Edit.frame(
                    request.data(), request.walk().start(), request.walk().end(), edits);
        }
    }

    private static @Nullable RequestProblem checkFrame(ByteBuf framed) {
        int readable = framed.readableBytes();
        if (readable < PREFIX_BYTES) {
            return RequestProblem.BAD_FRAME;
        }
        int flag = framed.getByte(framed.readerIndex());
        if (flag == 1) {
            return RequestProblem.COMPRESSED;
        }
        long length = framed.getUnsignedInt(framed.readerIndex() + 1);
        return flag == 0 && length == readable - PREFIX_BYTES ? null : RequestProblem.BAD_FRAME;
    }

    /**
     * Asks for what the request does, and then for what its answer shows beyond that: the grants of what may be shown come behind
     * those of what is done. What may not be shown is no reason to refuse what may be done.
     */
    private static Decision.Settled decide(Reading.Wants wants, Caller caller, Set<Demand> met) {
        Decision.Settled decision =
                Demand.enforceable(caller.decide(wants.database(), wants.accesses(), wants.credential()), met);
        return decision instanceof Decision.Permit permit ? withAnswers(wants, permit, caller) : decision;
    }

    private static Decision.Settled withAnswers(Reading.Wants wants, Decision.Permit permit, Caller caller) {
        if (wants.answers().isEmpty()) {
            return permit;
        }
        List<Decision.Grant> grants = new ArrayList<>(permit.grants());
        Caller asking = caller.apart();
        for (Access answer : wants.answers()) {
            switch (asking.decide(wants.database(), List.of(answer), permit.credential())) {
                case Decision.Permit shown -> grants.addAll(shown.grants());
                case Decision.Deny deny -> {
                    if (deny.reason() == DenyReason.MIXED_CREDENTIALS) {
                        return deny;
                    }
                }
            }
        }
        return new Decision.Permit(permit.credential(), grants);
    }
}
