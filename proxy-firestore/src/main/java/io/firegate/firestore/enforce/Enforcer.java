package io.firegate.firestore.enforce;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.MessageWalk;
import io.firegate.firestore.wire.WireProblem;
import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Obligations;
import io.firegate.policy.Standing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

    private final Names names = new Names();
    private final RpcReader getDocument = new GetDocumentReader(names);
    private final RpcReader batchGetDocuments = new BatchGetDocumentsReader(names);
    private final RpcReader runQuery = new RunQueryReader(names);
    private final RpcReader commit = new CommitReader(names);

    /** Answers what the policy says to accesses in one database. */
    interface Judge {
        Decision decide(DatabaseName database, List<Access> accesses);
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
     */
    public Admission admit(
            FirestoreMethod method, ByteBuf framed, Standing standing, @Nullable String namedTier, Instant now) {
        return admit(
                method,
                framed,
                (database, accesses) ->
                        standing.snapshot().decide(standing, new AccessRequest(database, accesses, namedTier, now)));
    }

    Admission admit(FirestoreMethod method, ByteBuf framed, Judge judge) {
        boolean forwarded = false;
        try {
            RpcReader reader = reader(method);
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
            MessageWalk walk = MessageWalk.of(reader.schema(), data, start, start + length);
            byte[] rewritten = null;
            if (walk.problem() == null && walk.ambiguous()) {
                rewritten = rewrite(reader, data, start, length);
                data = rewritten;
                walk = MessageWalk.of(reader.schema(), data, PREFIX_BYTES, data.length);
                if (walk.problem() == null && walk.ambiguous()) {
                    return new Admission.Invalid(RequestProblem.AMBIGUOUS, null);
                }
            }
            WireProblem problem = walk.problem();
            if (problem != null) {
                return new Admission.Invalid(translate(problem), walk.problemPlace());
            }
            return switch (reader.read(new RequestMessage(data, walk))) {
                case Reading.Unreadable unreadable -> new Admission.Invalid(unreadable.problem(), unreadable.place());
                case Reading.Wants wants ->
                    switch (decide(wants, judge)) {
                        case Decision.Deny deny -> new Admission.Denied(wants.database(), wants.accesses(), deny);
                        case Decision.Permit permit -> {
                            forwarded = rewritten == null;
                            yield new Admission.Admitted(new PermittedCall(
                                    method,
                                    wants.database(),
                                    permit,
                                    wants.items(),
                                    rewritten != null,
                                    AnswerExaminer.UNTOUCHED,
                                    rewritten == null ? framed : Unpooled.wrappedBuffer(rewritten)));
                        }
                    };
            };
        } finally {
            if (!forwarded) {
                framed.release();
            }
        }
    }

    private @Nullable RpcReader reader(FirestoreMethod method) {
        return switch (method) {
            case GET_DOCUMENT -> getDocument;
            case BATCH_GET_DOCUMENTS -> batchGetDocuments;
            case RUN_QUERY -> runQuery;
            case COMMIT -> commit;
            case LIST_DOCUMENTS,
                    CREATE_DOCUMENT,
                    UPDATE_DOCUMENT,
                    DELETE_DOCUMENT,
                    BEGIN_TRANSACTION,
                    ROLLBACK,
                    EXECUTE_PIPELINE,
                    RUN_AGGREGATION_QUERY,
                    PARTITION_QUERY,
                    WRITE,
                    LISTEN,
                    LIST_COLLECTION_IDS,
                    BATCH_WRITE -> null;
        };
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

    /** The message as protobuf's own rules settle it, as a frame of its own. */
    private static byte[] rewrite(RpcReader reader, byte[] data, int start, int length) {
        try {
            MessageLite message = reader.parser().parseFrom(data, start, length);
            byte[] encoded = message.toByteArray();
            return Unpooled.buffer(PREFIX_BYTES + encoded.length, PREFIX_BYTES + encoded.length)
                    .writeByte(0)
                    .writeInt(encoded.length)
                    .writeBytes(encoded)
                    .array();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what passed the walk does not parse", e);
        }
    }

    /**
     * Asks for what the request does and what its answer shows. When only the answer is not permitted, the write as such is, and
     * firegate would have to take the results out of the answer; no method does that yet, so the form of the request is refused.
     */
    private static Decision decide(Reading.Wants wants, Judge judge) {
        if (wants.answers().isEmpty()) {
            return enforceable(judge.decide(wants.database(), wants.accesses()));
        }
        List<Access> all = new ArrayList<>(wants.accesses());
        all.addAll(wants.answers());
        Decision whole = judge.decide(wants.database(), all);
        if (!(whole instanceof Decision.Deny deny) || deny.reason() == DenyReason.MIXED_CREDENTIALS) {
            return enforceable(whole);
        }
        return switch (judge.decide(wants.database(), wants.accesses())) {
            case Decision.Deny withoutAnswer -> withoutAnswer;
            case Decision.Permit ignored ->
                new Decision.Deny(DenyReason.UNENFORCEABLE, deny.refused(), deny.tier(), deny.rule());
        };
    }

    private static Decision enforceable(Decision decision) {
        if (decision instanceof Decision.Permit permit) {
            for (Decision.Grant grant : permit.grants()) {
                if (!demandsNothing(grant.obligations())) {
                    return new Decision.Deny(DenyReason.UNENFORCEABLE, grant.access(), grant.tier(), grant.rule());
                }
            }
        }
        return decision;
    }

    /**
     * Whether a request can be forwarded as it stands, {@code explain_options} included: counts of scanned documents and names of
     * indexes tell nothing while nothing is hidden. Each new kind of obligation breaks the compile here.
     */
    private static boolean demandsNothing(Obligations obligations) {
        boolean everyRow = switch (obligations.rows()) {
            case Obligations.RowFilter.AllRows.INSTANCE -> true;
        };
        boolean everyField = switch (obligations.fields()) {
            case Obligations.FieldMask.AllFields.INSTANCE -> true;
        };
        boolean anyWrite = switch (obligations.write()) {
            case Obligations.WriteGuard.NoGuard.INSTANCE -> true;
        };
        return everyRow && everyField && anyWrite;
    }

    private static RequestProblem translate(WireProblem problem) {
        return switch (problem) {
            case MALFORMED -> RequestProblem.MALFORMED;
            case NOT_UTF8 -> RequestProblem.NOT_UTF8;
            case TOO_DEEP -> RequestProblem.TOO_DEEP;
            case UNKNOWN_FIELD -> RequestProblem.UNKNOWN_FIELD;
            case UNKNOWN_ENUM -> RequestProblem.UNKNOWN_ENUM;
            case HANDLE -> RequestProblem.TRANSACTION;
            case REFUSED_FIELD -> RequestProblem.REFUSED_FIELD;
        };
    }
}
