package io.firegate.firestore.enforce;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.Write;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.firestore.handle.HandleKeys;
import io.firegate.firestore.handle.HandleSealer;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rows.StoredValue;
import io.firegate.firestore.wire.Edit;
import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Lookups;
import io.firegate.policy.Operation;
import io.firegate.policy.Principal;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.suite.WriteTrial;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The writes of policy tests, as a Commit of one write through the {@link Enforcer} itself; the given documents are what Firestore has. So
 * there is one answer to what a policy makes of a write, and a test of it cannot be wrong about the gateway. Safe for any thread.
 */
public final class TriedWrites implements WriteTrial {
    private static final int PREFIX_BYTES = 5;
    /** The one transaction there is. */
    private static final ByteString TRANSACTION = ByteString.copyFromUtf8("transaction");

    private final Enforcer enforcer;

    /** Carries out writes. */
    public TriedWrites() {
        // No handle is made or opened on the way.
        enforcer = new Enforcer(new HandleSealer(HandleKeys.random()), Integer.MAX_VALUE);
    }

    /** The writer of an attempt: decided as the gateway decides, in the past where the attempt is. */
    private record Writer(Caller caller, boolean past) implements Caller {
        @Override
        public Principal principal() {
            return caller.principal();
        }

        @Override
        public Decision.Settled decide(DatabaseName database, List<Access> accesses, @Nullable String credential) {
            List<Access> asked = new ArrayList<>();
            for (Access access : accesses) {
                asked.add(new Access(access.operation(), access.resource(), past || access.history()));
            }
            return caller.decide(database, asked, credential);
        }

        @Override
        public boolean opens(String tier, ResourcePath parent, String collectionId, boolean history) {
            return caller.opens(tier, parent, collectionId, history);
        }

        @Override
        public Set<ResourcePath> needed() {
            return caller.needed();
        }

        @Override
        public Caller apart() {
            return new Writer(caller.apart(), past);
        }

        @Override
        public Caller with(Lookups found) {
            return new Writer(caller.with(found), past);
        }
    }

    /** Nothing is said of one write among others: there is one. */
    private static final class NoTexts implements WriteRefusals {
        @Override
        public byte[] status(Decision.Deny deny) {
            throw new IllegalStateException("a commit is refused as a whole");
        }

        @Override
        public byte[] status(WriteCondition condition) {
            throw new IllegalStateException("a commit fails as a whole");
        }
    }

    @Override
    public Decision.Settled judge(Attempt attempt) {
        AccessRequest request = attempt.request();
        CommitRequest commit = CommitRequest.newBuilder()
                .setDatabase(request.database().resourceName())
                .addWrites(write(attempt))
                .build();
        Caller writer = new Writer(
                new Caller.Standard(attempt.standing(), request.namedTier(), request.now(), request.client()),
                request.accesses().get(0).history());
        ByteBuf frame = Unpooled.wrappedBuffer(Edit.frame(commit));
        return switch (enforcer.admit(FirestoreMethod.COMMIT, frame, writer, new NoTexts())) {
            case Admission.Admitted(var call) -> {
                call.release();
                yield call.permit();
            }
            case Admission.Guarded(var call) -> guarded(call, attempt);
            case Admission.Answered answered ->
                throw new IllegalStateException("a commit of one write is not answered unasked");
            case Admission.Denied denied -> denied.deny();
            // What the gateway does not understand no policy permits.
            case Admission.Invalid invalid ->
                new Decision.Deny(DenyReason.UNENFORCEABLE, request.accesses().get(0), null, null);
        };
    }

    private static Decision.Settled guarded(GuardedCall call, Attempt attempt) {
        GuardedCall.Turn turn = call.begin();
        while (turn instanceof GuardedCall.Turn.Ask(PermittedCall asked, GuardedCall.Purpose purpose)) {
            ByteBuf body = asked.takeBody();
            try {
                if (purpose == GuardedCall.Purpose.WRITES) {
                    return asked.permit();
                }
                byte[] question = ByteBufUtil.getBytes(body.skipBytes(PREFIX_BYTES));
                turn = call.answered(stored(BatchGetDocumentsRequest.parseFrom(question), attempt), 0);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("firegate's own request does not parse", e);
            } finally {
                body.release();
            }
        }
        return switch (turn) {
            case GuardedCall.Turn.Refuse(var deny) -> deny;
            case GuardedCall.Turn.Judged(Admission.Denied denied) -> denied.deny();
            case GuardedCall.Turn.Fail fail -> {
                Decision.Grant grant = call.permit().grants().get(0);
                yield new Decision.Deny(DenyReason.ROWS, grant.access(), grant.tier(), grant.rule());
            }
            default -> throw new IllegalStateException("no end of one write: " + turn);
        };
    }

    private static List<byte[]> stored(BatchGetDocumentsRequest question, Attempt attempt) {
        String prefix = attempt.request().database().resourceName() + "/documents/";
        List<byte[]> answer = new ArrayList<>();
        for (String name : question.getDocumentsList()) {
            PolicyValue.Fields given = ResourcePath.parse(name.substring(prefix.length()))
                    .map(attempt.stored()::get)
                    .orElse(null);
            BatchGetDocumentsResponse.Builder one = BatchGetDocumentsResponse.newBuilder();
            if (question.hasNewTransaction()) {
                one.setTransaction(TRANSACTION);
            }
            answer.add((given == null ? one.setMissing(name) : one.setFound(document(name, given)))
                    .build()
                    .toByteArray());
        }
        return answer;
    }

    private static Document document(String name, PolicyValue.Fields fields) {
        Document.Builder document = Document.newBuilder().setName(name);
        for (Map.Entry<String, PolicyValue> field : fields.entries().entrySet()) {
            document.putFields(field.getKey(), StoredValue.write(field.getValue()));
        }
        return document.build();
    }

    private static Write write(Attempt attempt) {
        Access access = attempt.request().accesses().get(0);
        if (!(access.resource() instanceof Resource.Document(ResourcePath path))) {
            throw new IllegalArgumentException("no document: " + access.resource());
        }
        String name = attempt.request().database().resourceName() + "/documents" + path;
        Write.Builder write = Write.newBuilder();
        PolicyValue.Fields written = attempt.document();
        if (access.operation() == Operation.DELETE || written == null) {
            return write.setDelete(name).build();
        }
        write.setUpdate(document(name, written));
        List<FieldPath> mask = attempt.mask();
        if (mask != null) {
            write.getUpdateMaskBuilder()
                    .addAllFieldPaths(mask.stream().map(FieldPath::toString).toList());
        }
        if (access.operation() != Operation.UPSERT) {
            write.getCurrentDocumentBuilder().setExists(access.operation() == Operation.UPDATE);
        }
        return write.build();
    }
}
