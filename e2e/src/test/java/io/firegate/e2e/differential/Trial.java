package io.firegate.e2e.differential;

import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.BatchWriteRequest;
import com.google.firestore.v1.BatchWriteResponse;
import com.google.firestore.v1.BeginTransactionRequest;
import com.google.firestore.v1.BeginTransactionResponse;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.DeleteDocumentRequest;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.ListCollectionIdsRequest;
import com.google.firestore.v1.ListCollectionIdsResponse;
import com.google.firestore.v1.ListDocumentsRequest;
import com.google.firestore.v1.ListDocumentsResponse;
import com.google.firestore.v1.Precondition;
import com.google.firestore.v1.RollbackRequest;
import com.google.firestore.v1.RunAggregationQueryResponse;
import com.google.firestore.v1.RunQueryResponse;
import com.google.firestore.v1.UpdateDocumentRequest;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.firestore.v1.WriteResult;
import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.firegate.e2e.conformance.Answer;
import io.firegate.e2e.conformance.Wire;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Asks firegate and the model the same, and tells where they differ. */
final class Trial {
    private static final Timestamp LONG_AGO =
            Timestamp.newBuilder().setSeconds(1_600_000_000).build();
    private static final String NEW_ID = "made-by-the-server";

    private final World world;
    private final Wire wire;
    private final Case one;
    private final PlainReads reads;
    private final PlainWrites writes;

    /** How often each status came. */
    private final Map<String, Integer> statuses;

    private String transaction = "";

    private Trial(World world, Wire wire, Case one, Map<String, Integer> statuses) {
        this.world = world;
        this.wire = wire;
        this.one = one;
        this.reads = new PlainReads(world, one.person());
        this.writes = new PlainWrites(world.policy, one.person(), world.scratch);
        this.statuses = statuses;
    }

    /** Where a case differs from its model; empty when it does not. The world is left as it was. */
    static Optional<String> differs(World world, Wire wire, Case one, Map<String, Integer> statuses) {
        return new Trial(world, wire, one, statuses).run();
    }

    private Optional<String> run() {
        if (one.transaction()) {
            Answer begun = send(BeginTransactionRequest.newBuilder()
                    .setDatabase(RandomRequests.DATABASE)
                    .build());
            Code code = world.policy.held(one.person()).isEmpty() ? Code.PERMISSION_DENIED : Code.OK;
            if (!begun.status().equals(code.name())) {
                return Optional.of("BeginTransaction: " + begun.brief() + ", expected " + code);
            }
            if (code != Code.OK) {
                return Optional.empty();
            }
            transaction = begun.only().get("transaction").getAsString();
        }
        Optional<String> difference = Optional.empty();
        boolean written = false;
        for (Message request : one.requests()) {
            if (difference.isEmpty()) {
                boolean writes = writesOf(request).isPresent();
                difference = writes ? write(request) : read(request);
                written |= writes;
            }
        }
        if (!transaction.isEmpty()) {
            send(RollbackRequest.newBuilder()
                    .setDatabase(RandomRequests.DATABASE)
                    .build());
        }
        if (written) {
            world.restore();
        }
        return difference;
    }

    private Answer send(Message request) {
        JsonObject json = Messages.json(request, world.admin.database());
        if (!transaction.isEmpty() && request.getDescriptorForType().findFieldByName("transaction") != null) {
            json.addProperty("transaction", transaction);
        }
        Answer answer = wire.call(one.rest(), Messages.rpc(request), json);
        String key = Messages.rpc(request) + " " + answer.status() + " " + answer.reason();
        statuses.merge(key, 1, Integer::sum);
        return answer;
    }

    private Optional<String> read(Message request) {
        PlainReads.Expected expected = reads.of(request);
        List<Object> content = new ArrayList<>();
        Answer answer = send(request);
        if (answer.status().equals("OK")) {
            answer = readAll(request, answer, content);
        }
        if (expected.unenforceable()
                && (answer.reason().equals("UNENFORCEABLE") || answer.status().equals("UNKNOWN"))) {
            return Optional.empty();
        }
        if (answer.status().equals("UNKNOWN") && emulatorCannot(request)) {
            return Optional.empty();
        }
        if (!answer.status().equals(expected.code().name())) {
            return Optional.of(Messages.rpc(request) + ": " + answer.brief() + ", expected " + expected);
        }
        return !answer.status().equals("OK") || content.equals(expected.content())
                ? Optional.empty()
                : Optional.of(
                        Messages.rpc(request) + ":\n  found    " + content + "\n  expected " + expected.content());
    }

    /** Whether the emulator fails when it is asked the same itself: it knows no listing of missing documents in a transaction. */
    private boolean emulatorCannot(Message request) {
        if (!one.transaction()
                || !(Messages.in(request, world.admin.database()) instanceof ListDocumentsRequest list)) {
            return false;
        }
        BeginTransactionRequest begin = BeginTransactionRequest.newBuilder()
                .setDatabase(world.admin.database())
                .build();
        ByteString own = world.admin.stream("BeginTransaction", begin, BeginTransactionResponse.getDefaultInstance())
                .get(0)
                .getTransaction();
        try {
            world.admin.stream(
                    "ListDocuments",
                    list.toBuilder().setTransaction(own).build(),
                    ListDocumentsResponse.getDefaultInstance());
            return false;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() == Code.UNKNOWN;
        }
    }

    /** The content of an answer and of all pages after it; the first that is not OK, else the last. */
    private Answer readAll(Message request, Answer first, List<Object> content) {
        Answer answer = first;
        TreeSet<String> ids = new TreeSet<>();
        while (answer.status().equals("OK")) {
            String token;
            if (request instanceof ListDocumentsRequest list) {
                ListDocumentsResponse page = Messages.read(answer.only(), ListDocumentsResponse.getDefaultInstance());
                if (list.getPageSize() > 0 && page.getDocumentsCount() > list.getPageSize()) {
                    throw new IllegalStateException("a page of " + page.getDocumentsCount());
                }
                content.addAll(Messages.content(List.of(page)));
                token = page.getNextPageToken();
                list = list.toBuilder().setPageToken(token).build();
                if (token.isEmpty()) {
                    return answer;
                }
                answer = send(list);
            } else if (request instanceof ListCollectionIdsRequest list) {
                ListCollectionIdsResponse page =
                        Messages.read(answer.only(), ListCollectionIdsResponse.getDefaultInstance());
                ids.addAll(page.getCollectionIdsList());
                token = page.getNextPageToken();
                if (token.isEmpty()) {
                    content.addAll(ids);
                    return answer;
                }
                if (page.getCollectionIdsCount() < list.getPageSize()) {
                    // How many pages there are would tell of what is left out.
                    content.add("a page that is shorter than asked");
                }
                answer = send(list.toBuilder().setPageToken(token).build());
            } else {
                Message like = switch (Messages.rpc(request)) {
                    case "GetDocument" -> Document.getDefaultInstance();
                    case "BatchGetDocuments" -> BatchGetDocumentsResponse.getDefaultInstance();
                    case "RunQuery" -> RunQueryResponse.getDefaultInstance();
                    default -> RunAggregationQueryResponse.getDefaultInstance();
                };
                content.addAll(Messages.content(answer.messages().stream()
                        .map(message -> Messages.read(message, like))
                        .toList()));
                return answer;
            }
        }
        return answer;
    }

    static Optional<List<Write>> writesOf(Message request) {
        return switch (request) {
            case CommitRequest commit -> Optional.of(commit.getWritesList());
            case BatchWriteRequest batch -> Optional.of(batch.getWritesList());
            case UpdateDocumentRequest update -> {
                Write.Builder write = Write.newBuilder().setUpdate(update.getDocument());
                if (update.hasUpdateMask()) {
                    write.setUpdateMask(update.getUpdateMask());
                }
                if (update.hasCurrentDocument()) {
                    write.setCurrentDocument(update.getCurrentDocument());
                }
                yield Optional.of(List.of(write.build()));
            }
            case CreateDocumentRequest create ->
                Optional.of(List.of(Write.newBuilder()
                        .setUpdate(create.getDocument().toBuilder()
                                .setName(create.getParent() + "/" + create.getCollectionId() + "/"
                                        + (create.getDocumentId().isEmpty() ? NEW_ID : create.getDocumentId())))
                        .setCurrentDocument(Precondition.newBuilder().setExists(false))
                        .build()));
            case DeleteDocumentRequest delete -> {
                Write.Builder write = Write.newBuilder().setDelete(delete.getName());
                if (delete.hasCurrentDocument()) {
                    write.setCurrentDocument(delete.getCurrentDocument());
                }
                yield Optional.of(List.of(write.build()));
            }
            default -> Optional.empty();
        };
    }

    private Optional<String> write(Message drawn) {
        Map<String, Document> before = world.stored();
        Message request = timed(drawn, before);
        List<Write> wanted = writesOf(request).orElseThrow();
        List<PlainWrites.Outcome> outcomes = new ArrayList<>();
        if (request instanceof BatchWriteRequest) {
            wanted.forEach(write -> outcomes.add(writes.all(List.of(write), before)));
        } else if (answersHidden(request, wanted)) {
            outcomes.add(new PlainWrites.Outcome(List.of(Code.PERMISSION_DENIED), List.of(), Map.of()));
        } else {
            outcomes.add(writes.all(wanted, before));
        }
        Map<String, Map<String, Value>> expected = new TreeMap<>(World.fields(before));
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i).ok()) {
                for (PlainWrites.Written done : outcomes.get(i).written()) {
                    PlainWrites.Stored left = outcomes.get(i).after().get(done.path());
                    if (left == null) {
                        expected.remove(done.path());
                    } else {
                        expected.put(done.path(), left.fields());
                    }
                }
            }
        }

        Answer answer = send(request);
        Map<String, Map<String, Value>> after = named(request, before, World.fields(world.snapshot()));

        String difference = request instanceof BatchWriteRequest
                ? batch(answer, outcomes)
                : single(request, answer, outcomes.get(0));
        if (difference.isEmpty() && !after.equals(expected)) {
            difference = "left behind\n  found    " + after + "\n  expected " + expected;
        }
        return difference.isEmpty()
                ? Optional.empty()
                : Optional.of(Messages.rpc(request) + ": " + difference + "\n  answer " + answer.brief());
    }

    /** Whether it wants a field answered that a get of the document would not select. */
    private boolean answersHidden(Message request, List<Write> wanted) {
        return switch (request) {
            case CreateDocumentRequest create ->
                writes.hides(PlainWrites.path(wanted.get(0)), create.getMask().getFieldPathsList());
            case UpdateDocumentRequest update ->
                writes.hides(PlainWrites.path(wanted.get(0)), update.getMask().getFieldPathsList());
            default -> false;
        };
    }

    /** A document of an id the server made, under the name the model knows it by. */
    static Map<String, Map<String, Value>> named(
            Message request, Map<String, Document> before, Map<String, Map<String, Value>> after) {
        if (!(request instanceof CreateDocumentRequest create)
                || !create.getDocumentId().isEmpty()) {
            return after;
        }
        Map<String, Map<String, Value>> named = new TreeMap<>();
        after.forEach((path, fields) -> named.put(
                before.containsKey(path) ? path : path.substring(0, path.lastIndexOf('/') + 1) + NEW_ID, fields));
        return named;
    }

    private String single(Message request, Answer answer, PlainWrites.Outcome outcome) {
        if (outcome.codes().stream().noneMatch(code -> code.name().equals(answer.status()))) {
            return "expected " + outcome.codes();
        }
        if (!outcome.ok()) {
            return "";
        }
        return switch (request) {
            case CommitRequest commit ->
                results(
                        Messages.read(answer.only(), CommitResponse.getDefaultInstance())
                                .getWriteResultsList(),
                        outcome.written());
            case UpdateDocumentRequest update -> document(update.getMask(), update.hasMask(), answer, outcome);
            case CreateDocumentRequest create -> document(create.getMask(), create.hasMask(), answer, outcome);
            default -> "";
        };
    }

    private String batch(Answer answer, List<PlainWrites.Outcome> outcomes) {
        if (world.policy.held(one.person()).isEmpty() && answer.status().equals("PERMISSION_DENIED")) {
            return "";
        }
        if (!answer.status().equals("OK")) {
            return "expected a status for each write";
        }
        BatchWriteResponse response = Messages.read(answer.only(), BatchWriteResponse.getDefaultInstance());
        for (int i = 0; i < outcomes.size(); i++) {
            Code code = io.grpc.Status.fromCodeValue(response.getStatus(i).getCode())
                    .getCode();
            if (!outcomes.get(i).codes().contains(code)) {
                return "write " + i + " expected " + outcomes.get(i).codes();
            }
            if (outcomes.get(i).ok()) {
                String difference = results(
                        List.of(response.getWriteResults(i)), outcomes.get(i).written());
                if (!difference.isEmpty()) {
                    return difference;
                }
            }
        }
        return "";
    }

    private static String results(List<WriteResult> results, List<PlainWrites.Written> written) {
        if (results.size() != written.size()) {
            return "expected " + written.size() + " results";
        }
        for (int i = 0; i < results.size(); i++) {
            List<Value> told = results.get(i).getTransformResultsList();
            List<Value> is = written.get(i).results();
            boolean nulls = told.stream().allMatch(Value::hasNullValue) && told.size() == is.size();
            boolean right = switch (written.get(i).shown()) {
                case NOTHING -> nulls;
                case PART -> nulls || told.equals(is);
                case ALL -> told.equals(is);
            };
            if (!right) {
                return "transform results " + told + ", expected " + written.get(i);
            }
        }
        return "";
    }

    /** What Create- and UpdateDocument answer: what a get would show of what is left. */
    private String document(DocumentMask mask, boolean masked, Answer answer, PlainWrites.Outcome outcome) {
        Document document = Messages.read(answer.only(), Document.getDefaultInstance());
        String path = outcome.written().get(0).path();
        Map<String, Value> left =
                java.util.Objects.requireNonNull(outcome.after().get(path)).fields();
        Map<String, Value> shown = writes.shown(path, left) == PlainWrites.Shown.NOTHING
                ? Map.of()
                : world.policy.document(one.person(), PlainPolicy.Op.GET, List.of(path.split("/")))
                                instanceof PlainPolicy.Verdict.Permitted(var tier, var rule)
                        ? rule.fields().visible(left)
                        : Map.of();
        if (masked) {
            shown = new PlainFields(
                            true,
                            mask.getFieldPathsList().stream()
                                    .map(PlainWrites::parse)
                                    .toList(),
                            List.of())
                    .visible(shown);
        }
        if (masked && document.getFieldsCount() == 0 && writes.conditional(path)) {
            // Of a part of a document it is not known whether it meets the condition.
            return "";
        }
        return document.getFieldsMap().equals(shown) ? "" : "expected " + shown;
    }

    /** With the times its preconditions stand for. */
    static Message timed(Message request, Map<String, Document> before) {
        return switch (request) {
            case CommitRequest commit -> {
                CommitRequest.Builder timed = commit.toBuilder();
                for (Write.Builder write : timed.getWritesBuilderList()) {
                    timed(write.getCurrentDocumentBuilder(), PlainWrites.path(write.build()), before);
                    unset(write);
                }
                yield timed.build();
            }
            case BatchWriteRequest batch -> {
                BatchWriteRequest.Builder timed = batch.toBuilder();
                for (Write.Builder write : timed.getWritesBuilderList()) {
                    timed(write.getCurrentDocumentBuilder(), PlainWrites.path(write.build()), before);
                    unset(write);
                }
                yield timed.build();
            }
            case UpdateDocumentRequest update
            when update.hasCurrentDocument() -> {
                UpdateDocumentRequest.Builder timed = update.toBuilder();
                timed(
                        timed.getCurrentDocumentBuilder(),
                        Messages.relative(update.getDocument().getName()),
                        before);
                yield timed.build();
            }
            case DeleteDocumentRequest delete
            when delete.hasCurrentDocument() -> {
                DeleteDocumentRequest.Builder timed = delete.toBuilder();
                timed(timed.getCurrentDocumentBuilder(), Messages.relative(delete.getName()), before);
                yield timed.build();
            }
            default -> request;
        };
    }

    private static void unset(Write.Builder write) {
        if (write.getCurrentDocument().equals(Precondition.getDefaultInstance())) {
            write.clearCurrentDocument();
        }
    }

    private static void timed(Precondition.Builder precondition, String path, Map<String, Document> before) {
        Document document = before.get(path);
        if (precondition.getUpdateTime().equals(RandomRequests.WRITTEN) && document != null) {
            precondition.setUpdateTime(document.getUpdateTime());
        } else if (precondition.hasUpdateTime()) {
            precondition.setUpdateTime(LONG_AGO);
        }
    }
}
