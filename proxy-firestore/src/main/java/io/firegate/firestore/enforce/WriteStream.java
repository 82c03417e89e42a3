package io.firegate.firestore.enforce;

import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.WriteRequest;
import com.google.firestore.v1.WriteResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.firegate.firestore.handle.HandleSealer;
import io.firegate.firestore.handle.SealedStreamToken;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.Field;
import io.firegate.firestore.wire.FieldCursor;
import io.firegate.firestore.wire.MessageSchema;
import io.firegate.firestore.wire.MessageWalk;
import io.firegate.firestore.wire.WireProblem;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.IpAddress;
import io.firegate.policy.Principal;
import io.firegate.policy.Standing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One Write stream, which ends here: the handshake is answered by firegate, and every message after it becomes a Commit that is judged
 * as any Commit is. There is nothing a stream can do that a Commit cannot. For the thread of its exchange; never waits.
 *
 * <p>One message at a time: a write is answered before the next message is looked at.
 */
public final class WriteStream {
    private static final MessageSchema SCHEMA = MessageSchema.of("WriteRequest", Set.of("stream_id", "stream_token"));
    private static final Parser<CommitResponse> KNOWN = DiscardUnknownFieldsParser.wrap(CommitResponse.parser());

    private final Enforcer enforcer;
    private final HandleSealer sealer;
    private final Names names;
    private final Principal principal;
    private final String id;
    private final @Nullable String namedTier;
    private final @Nullable IpAddress client;

    private Names.@Nullable Database database;
    private String credential = "";
    /** The position of the last token given, and that of the last one the client sent back. */
    private long given;

    private long acknowledged;

    WriteStream(
            Enforcer enforcer,
            HandleSealer sealer,
            Names names,
            Principal principal,
            String id,
            @Nullable String namedTier,
            @Nullable IpAddress client) {
        this.enforcer = enforcer;
        this.sealer = sealer;
        this.names = names;
        this.principal = principal;
        this.id = id;
        this.namedTier = namedTier;
        this.client = client;
    }

    /** What a message of the client means. */
    public sealed interface Turn {
        /**
         * The first message opens the stream when it is {@link Admission.Answered}; a later one is a Commit. Whatever is invalid or
         * denied ends the stream.
         */
        record Judged(Admission admission) implements Turn {}

        /** The client takes its leave: this is the last answer, and then the stream ends well. */
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Goodbye(byte[] answer) implements Turn {}
    }

    /**
     * Judges the next message.
     *
     * @param message without a frame
     * @param standing the caller under the snapshot that is in force now
     * @param now when the message arrived
     * @param refusals as {@link Enforcer#admit} takes them
     */
    public Turn next(byte[] message, Standing standing, Instant now, WriteRefusals refusals) {
        return next(message, new Caller.Standard(standing, namedTier, now, client), refusals);
    }

    Turn next(byte[] message, Caller caller, WriteRefusals refusals) {
        MessageWalk walk = MessageWalk.of(SCHEMA, message, 0, message.length);
        WireProblem problem = walk.problem();
        if (problem != null) {
            return invalid(RequestProblem.of(problem), walk.problemPlace());
        }
        Said said = Said.in(walk);
        Names.Database open = database;
        return open == null
                ? handshake(message, said, caller)
                : later(message, walk, said, open, new Caller.Bound(caller, credential), refusals);
    }

    private Turn handshake(byte[] message, Said said, Caller caller) {
        if (said.database == null) {
            return invalid(RequestProblem.NO_DATABASE, null);
        }
        if (said.streamId != null) {
            return invalid(RequestProblem.STREAM_RESUMED, null);
        }
        if (said.token != null) {
            return invalid(RequestProblem.TOKEN_ON_FIRST, null);
        }
        if (said.writes > 0) {
            return invalid(RequestProblem.WRITES_ON_FIRST, null);
        }
        if (said.labels) {
            return invalid(RequestProblem.STREAM_LABELS, "labels");
        }
        Names.Database in = names.database(message, said.database.start(), said.database.end());
        if (in == null) {
            return invalid(RequestProblem.BAD_DATABASE, "database");
        }
        return new Turn.Judged(
                switch (caller.decide(in.name(), List.of(), null)) {
                    case Decision.Deny deny -> new Admission.Denied(in.name(), List.of(), deny);
                    case Decision.Permit permit -> {
                        database = in;
                        credential = permit.credential();
                        WriteResponse answer = WriteResponse.newBuilder()
                                .setStreamId(id)
                                .setStreamToken(token(in))
                                .build();
                        yield new Admission.Answered(in.name(), answer.toByteString(), permit, List.of());
                    }
                });
    }

    private Turn later(
            byte[] message, MessageWalk walk, Said said, Names.Database in, Caller caller, WriteRefusals refusals) {
        if (said.streamId != null) {
            return invalid(RequestProblem.STREAM_RESUMED, null);
        }
        if (said.database != null) {
            Names.Database named = names.database(message, said.database.start(), said.database.end());
            if (named == null || !named.name().equals(in.name())) {
                return invalid(RequestProblem.OTHER_DATABASE, "database");
            }
        }
        if (said.labels) {
            return invalid(RequestProblem.STREAM_LABELS, "labels");
        }
        if (said.token != null) {
            SealedStreamToken token =
                    SealedStreamToken.open(sealer, said.token.value(message), principal, in.name(), id);
            // A client that has acknowledged an answer does not go back behind it.
            if (token == null || token.position() < acknowledged || token.position() > given) {
                return invalid(RequestProblem.BAD_STREAM_TOKEN, "stream_token");
            }
            acknowledged = token.position();
        }
        if (said.writes == 0) {
            given++;
            return new Turn.Goodbye(
                    WriteResponse.newBuilder().setStreamToken(token(in)).build().toByteArray());
        }
        return new Turn.Judged(enforcer.admit(FirestoreMethod.COMMIT, commit(message, walk, in), caller, refusals));
    }

    /**
     * The answer to the write that was judged last.
     *
     * @param committed what Firestore answered to the Commit, as the client may see it
     * @return null when that is no answer to a Commit
     */
    public byte @Nullable [] answer(byte[] committed) {
        Names.Database in = database;
        if (in == null) {
            throw new IllegalStateException("nothing was written");
        }
        CommitResponse answer;
        try {
            answer = KNOWN.parseFrom(committed);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
        given++;
        WriteResponse.Builder written =
                WriteResponse.newBuilder().setStreamToken(token(in)).addAllWriteResults(answer.getWriteResultsList());
        if (answer.hasCommitTime()) {
            written.setCommitTime(answer.getCommitTime());
        }
        return written.build().toByteArray();
    }

    /** Why the stream may not go on under another snapshot; null when it may, or is not open yet. */
    public Decision.@Nullable Deny denial(Standing standing, Instant now) {
        Names.Database in = database;
        return in != null
                        && new Caller.Standard(standing, namedTier, now, client)
                                        .decide(in.name(), List.of(), credential)
                                instanceof Decision.Deny deny
                ? deny
                : null;
    }

    /** The database the stream is for; null before the handshake has been answered. */
    public @Nullable DatabaseName database() {
        return database == null ? null : database.name();
    }

    private ByteString token(Names.Database in) {
        return new SealedStreamToken(given).seal(sealer, principal, in.name(), id);
    }

    private static Turn.Judged invalid(RequestProblem problem, @Nullable String place) {
        return new Turn.Judged(new Admission.Invalid(problem, place));
    }

    /**
     * The Commit a message stands for, as a frame. Its writes and options are the very bytes the client sent, so that whatever is
     * ambiguous in them is settled, and whatever is refused in them refused, where a Commit is judged.
     */
    private static ByteBuf commit(byte[] message, MessageWalk walk, Names.Database in) {
        String name = in.name().resourceName();
        int databaseBytes = CodedOutputStream.computeStringSize(CommitRequest.DATABASE_FIELD_NUMBER, name);
        byte[] frame = new byte[Edit.PREFIX_BYTES + databaseBytes + message.length];
        CodedOutputStream out = CodedOutputStream.newInstance(frame, Edit.PREFIX_BYTES, databaseBytes + message.length);
        try {
            out.writeString(CommitRequest.DATABASE_FIELD_NUMBER, name);
            FieldCursor field = walk.fields();
            while (field.next()) {
                int as = switch (field.number()) {
                    case WriteRequest.WRITES_FIELD_NUMBER -> CommitRequest.WRITES_FIELD_NUMBER;
                    case WriteRequest.REQUEST_OPTIONS_FIELD_NUMBER -> CommitRequest.REQUEST_OPTIONS_FIELD_NUMBER;
                    default -> 0;
                };
                if (as != 0) {
                    out.writeByteArray(as, message, field.start(), field.end() - field.start());
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("a Commit is no longer than the message it is made of", e);
        }
        int bytes = out.getTotalBytesWritten();
        frame[1] = (byte) (bytes >> 24);
        frame[2] = (byte) (bytes >> 16);
        frame[3] = (byte) (bytes >> 8);
        frame[4] = (byte) bytes;
        return Unpooled.wrappedBuffer(frame, 0, Edit.PREFIX_BYTES + bytes);
    }

    /**
     * What a message says beside its writes; of a field that comes twice the last, and an empty one is none, as everywhere in protobuf.
     */
    private record Said(
            @Nullable Field database,
            @Nullable Field streamId,
            @Nullable Field token,
            int writes,
            boolean labels) {
        static Said in(MessageWalk walk) {
            Field database = null;
            Field streamId = null;
            Field token = null;
            int writes = 0;
            boolean labels = false;
            FieldCursor field = walk.fields();
            while (field.next()) {
                Field value = field.start() == field.end() ? null : field.field();
                switch (field.number()) {
                    case WriteRequest.DATABASE_FIELD_NUMBER -> database = value;
                    case WriteRequest.STREAM_ID_FIELD_NUMBER -> streamId = value;
                    case WriteRequest.STREAM_TOKEN_FIELD_NUMBER -> token = value;
                    case WriteRequest.WRITES_FIELD_NUMBER -> writes++;
                    case WriteRequest.LABELS_FIELD_NUMBER -> labels = true;
                    default -> {
                        // Options go with the Commit.
                    }
                }
            }
            return new Said(database, streamId, token, writes, labels);
        }
    }
}
