package io.firegate.e2e.streams;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.Target;
import com.google.firestore.v1.TargetChange;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One Listen stream as Firestore has it, and the picture a client makes of what it is told: documents by target. Safe for any thread.
 */
final class ListenClient implements AutoCloseable {
    /** The RPC, for whoever calls it or stands in for Firestore. */
    static final MethodDescriptor<ListenRequest, ListenResponse> METHOD =
            MethodDescriptor.<ListenRequest, ListenResponse>newBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName("google.firestore.v1.Firestore/Listen")
                    .setRequestMarshaller(ProtoUtils.marshaller(ListenRequest.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(ListenResponse.getDefaultInstance()))
                    .build();

    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final String database;
    private final ManagedChannel channel;
    private final StreamObserver<ListenRequest> requests;
    private final Map<Integer, Seen> targets = new HashMap<>();
    private final List<ListenResponse> heard = new ArrayList<>();
    private @Nullable Status end;
    private Instant endedAt = Instant.MAX;
    private String endReason = "";

    /** What is known of one target. */
    static final class Seen {
        final Map<String, Document> documents = new TreeMap<>();
        boolean added;
        boolean current;
        boolean removed;
        Instant removedAt = Instant.MAX;
        int cause;
        String reason = "";
        int resets;
        /** Moments at which all was consistent since it became current. */
        int snapshots;
        /** How many of them there had been when a document came last. */
        int snapshotsAtLastDocument;

        ByteString token = ByteString.EMPTY;
    }

    /** Opens a stream to {@code projects/p/databases/d}. */
    ListenClient(String address, String token, String database) {
        this.database = database;
        channel = NettyChannelBuilder.forTarget(address)
                .usePlaintext()
                .disableRetry()
                .build();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        headers.put(Metadata.Key.of("google-cloud-resource-prefix", Metadata.ASCII_STRING_MARSHALLER), database);
        Channel calls = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        requests = ClientCalls.asyncBidiStreamingCall(
                calls.newCall(METHOD, CallOptions.DEFAULT), new StreamObserver<ListenResponse>() {
                    @Override
                    public void onNext(ListenResponse response) {
                        hear(response);
                    }

                    @Override
                    public void onError(Throwable fault) {
                        ended(Status.fromThrowable(fault), reason(StatusProto.fromThrowable(fault)));
                    }

                    @Override
                    public void onCompleted() {
                        ended(Status.OK, "");
                    }
                });
    }

    /** Listens to a target. */
    void add(Target.Builder target) {
        synchronized (this) {
            targets.put(target.getTargetId(), new Seen());
        }
        requests.onNext(ListenRequest.newBuilder()
                .setDatabase(database)
                .setAddTarget(target)
                .build());
    }

    /** Listens no more. */
    void remove(int target) {
        requests.onNext(ListenRequest.newBuilder()
                .setDatabase(database)
                .setRemoveTarget(target)
                .build());
    }

    /** Sends any message. */
    void send(ListenRequest request) {
        requests.onNext(request);
    }

    /** Says that nothing more is asked. */
    void halfClose() {
        requests.onCompleted();
    }

    /** Waits until what is known of a target is as it should be. */
    Seen await(int target, Predicate<Seen> wanted) throws InterruptedException {
        synchronized (this) {
            long until = System.nanoTime() + STUCK_NANOS;
            while (true) {
                Seen seen = targets.get(target);
                if (seen != null && wanted.test(seen)) {
                    return seen;
                }
                long left = until - System.nanoTime();
                if (left <= 0 || end != null) {
                    throw new AssertionError("target " + target + " is not as it should be; the stream "
                            + (end == null ? "is open" : "has ended with " + end) + ", heard:\n" + heard);
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        }
    }

    /** Waits until a target shows just these documents, all consistent. */
    Seen awaitDocuments(int target, String... ids) throws InterruptedException {
        List<String> wanted = List.of(ids);
        return await(
                target,
                seen -> seen.current
                        && seen.snapshots > 0
                        && seen.documents.keySet().stream()
                                .map(ListenClient::id)
                                .toList()
                                .equals(wanted));
    }

    /** The documents of a target when all that has been told of it is consistent. */
    synchronized Optional<List<Document>> consistent(int target) {
        Seen seen = of(target);
        return seen.current && seen.snapshots > seen.snapshotsAtLastDocument
                ? Optional.of(List.copyOf(seen.documents.values()))
                : Optional.empty();
    }

    private static String id(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** Waits for the end of the stream. */
    Status awaitEnd() throws InterruptedException {
        synchronized (this) {
            long until = System.nanoTime() + STUCK_NANOS;
            while (end == null) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError("the stream does not end; heard:\n" + heard);
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return end;
        }
    }

    /** How the stream ended, if it has. */
    synchronized Optional<Status> end() {
        return Optional.ofNullable(end);
    }

    /** When the stream ended. */
    synchronized Instant endedAt() {
        return endedAt;
    }

    /** The reason in the details of the stream's end; empty without one. */
    synchronized String endReason() {
        return endReason;
    }

    private static String reason(com.google.rpc.@Nullable Status status) {
        try {
            for (Any detail : status == null ? List.<Any>of() : status.getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    return detail.unpack(ErrorInfo.class).getReason();
                }
            }
            return "";
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All that has been heard. */
    synchronized List<ListenResponse> heard() {
        return List.copyOf(heard);
    }

    private synchronized void ended(Status status, String reason) {
        end = status;
        endedAt = Instant.now();
        endReason = reason;
        notifyAll();
    }

    private synchronized void hear(ListenResponse response) {
        heard.add(response);
        switch (response.getResponseTypeCase()) {
            case TARGET_CHANGE -> change(response.getTargetChange());
            case DOCUMENT_CHANGE -> {
                Document document = response.getDocumentChange().getDocument();
                for (int id : response.getDocumentChange().getTargetIdsList()) {
                    Seen seen = of(id);
                    seen.documents.put(document.getName(), document);
                    seen.snapshotsAtLastDocument = seen.snapshots;
                }
                forget(document.getName(), response.getDocumentChange().getRemovedTargetIdsList());
            }
            case DOCUMENT_DELETE ->
                forget(
                        response.getDocumentDelete().getDocument(),
                        response.getDocumentDelete().getRemovedTargetIdsList());
            case DOCUMENT_REMOVE ->
                forget(
                        response.getDocumentRemove().getDocument(),
                        response.getDocumentRemove().getRemovedTargetIdsList());
            case FILTER, RESPONSETYPE_NOT_SET -> {}
        }
        notifyAll();
    }

    private void change(TargetChange change) {
        List<Integer> ids = change.getTargetIdsCount() == 0 ? List.copyOf(targets.keySet()) : change.getTargetIdsList();
        for (int id : ids) {
            Seen seen = of(id);
            if (!change.getResumeToken().isEmpty()) {
                seen.token = change.getResumeToken();
            }
            switch (change.getTargetChangeType()) {
                case ADD -> seen.added = true;
                case CURRENT -> seen.current = true;
                case RESET -> {
                    seen.documents.clear();
                    seen.current = false;
                    seen.snapshots = 0;
                    seen.resets++;
                }
                case REMOVE -> {
                    seen.removed = true;
                    seen.removedAt = Instant.now();
                    seen.cause = change.getCause().getCode();
                    seen.reason = reason(change.getCause());
                }
                case NO_CHANGE -> seen.snapshots += change.hasReadTime() && seen.current ? 1 : 0;
                case UNRECOGNIZED -> throw new IllegalStateException("no change Firestore has");
            }
        }
    }

    private void forget(String name, List<Integer> ids) {
        for (int id : ids) {
            of(id).documents.remove(name);
        }
    }

    private Seen of(int target) {
        return targets.computeIfAbsent(target, id -> new Seen());
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
