package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentChange;
import com.google.firestore.v1.DocumentDelete;
import com.google.firestore.v1.DocumentRemove;
import com.google.firestore.v1.ExistenceFilter;
import com.google.firestore.v1.ListenRequest;
import com.google.firestore.v1.ListenResponse;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.Target;
import com.google.firestore.v1.TargetChange;
import com.google.firestore.v1.Value;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * The messages of a Listen stream as lines of words: {@code add 1 /rows}, {@code add 2 documents /rows/a /rows/b}, {@code remove 1}; and of
 * Firestore {@code doc 1,2 /rows/a ward=A n=1 @3} (of which targets, fields, update time), {@code gone 1 /rows/a}, {@code left 1 /rows/a},
 * {@code filter 1 3}, {@code ADD 1}, {@code CURRENT 1 @5}, {@code NO_CHANGE @5}, {@code REMOVE 1 7 why}. A moment comes with a resume token;
 * {@code add 1 /rows since x} sends one. {@code doc 1-2} has left target 2, and {@code n=*9} is a field of nine characters.
 */
final class ListenLines {
    private static final String DATABASE = "projects/p/databases/(default)";
    private static final String ROOT = DATABASE + "/documents";
    private static final ByteString TOKEN = ByteString.copyFromUtf8("token");

    private ListenLines() {}

    static ListenRequest request(String line) {
        List<String> words = List.of(line.split(" ", -1));
        ListenRequest.Builder request = ListenRequest.newBuilder().setDatabase(DATABASE);
        int id = Integer.parseInt(words.get(1));
        if (words.get(0).equals("remove")) {
            return request.setRemoveTarget(id).build();
        }
        Target.Builder target = request.getAddTargetBuilder().setTargetId(id);
        if (words.get(2).equals("documents")) {
            words.subList(3, words.size())
                    .forEach(path -> target.getDocumentsBuilder().addDocuments(ROOT + path));
        } else {
            int last = words.get(2).lastIndexOf('/');
            StructuredQuery.Builder query = target.getQueryBuilder()
                    .setParent(ROOT + words.get(2).substring(0, last))
                    .getStructuredQueryBuilder();
            query.addFromBuilder().setCollectionId(words.get(2).substring(last + 1));
            if (words.size() > 4) {
                target.setResumeToken(ByteString.copyFromUtf8(words.get(4)));
            } else if (words.size() > 3) {
                query.addOrderByBuilder().getFieldBuilder().setFieldPath(words.get(3));
            }
        }
        return request.build();
    }

    static String text(ListenRequest request) {
        if (request.hasRemoveTarget()) {
            return "remove " + request.getRemoveTarget();
        }
        Target target = request.getAddTarget();
        StringBuilder text = new StringBuilder("add ").append(target.getTargetId());
        if (target.hasDocuments()) {
            text.append(" documents");
            target.getDocuments().getDocumentsList().stream()
                    .sorted()
                    .forEach(name -> text.append(' ').append(path(name)));
            return text.toString();
        }
        StructuredQuery query = target.getQuery().getStructuredQuery();
        text.append(' ')
                .append(path(target.getQuery().getParent()))
                .append('/')
                .append(query.getFrom(0).getCollectionId());
        if (query.hasLimit()) {
            text.append(" limit ").append(query.getLimit().getValue());
        }
        if (query.hasWhere()) {
            StructuredQuery.FieldFilter filter = query.getWhere().getFieldFilter();
            text.append(' ')
                    .append(filter.getField().getFieldPath())
                    .append('=')
                    .append(text(filter.getValue()));
        }
        return text.toString();
    }

    private static String path(String name) {
        return name.substring(ROOT.length());
    }

    static ListenResponse response(String line) {
        List<String> words = new ArrayList<>(Arrays.asList(line.split(" ", -1)));
        Timestamp at = Timestamp.getDefaultInstance();
        if (words.get(words.size() - 1).startsWith("@")) {
            at = Timestamp.newBuilder()
                    .setSeconds(Long.parseLong(words.remove(words.size() - 1).substring(1)))
                    .build();
        }
        String[] targets = words.size() < 2 ? new String[0] : words.get(1).split("-", -1);
        List<Integer> ids = targets.length == 0 ? List.of() : ids(targets[0]);
        ListenResponse.Builder response = ListenResponse.newBuilder();
        switch (words.get(0)) {
            case "doc" -> {
                Document.Builder document = Document.newBuilder()
                        .setName(ROOT + words.get(2))
                        .setCreateTime(Timestamp.newBuilder().setSeconds(1))
                        .setUpdateTime(at);
                for (String field : words.subList(3, words.size())) {
                    String[] parts = field.split("=", 2);
                    String text =
                            parts[1].startsWith("*") ? "x".repeat(Integer.parseInt(parts[1].substring(1))) : parts[1];
                    document.putFields(
                            parts[0], Value.newBuilder().setStringValue(text).build());
                }
                response.setDocumentChange(DocumentChange.newBuilder()
                        .setDocument(document)
                        .addAllTargetIds(ids)
                        .addAllRemovedTargetIds(targets.length > 1 ? ids(targets[1]) : List.of()));
            }
            case "gone" ->
                response.setDocumentDelete(DocumentDelete.newBuilder()
                        .setDocument(ROOT + words.get(2))
                        .setReadTime(at)
                        .addAllRemovedTargetIds(ids));
            case "left" ->
                response.setDocumentRemove(DocumentRemove.newBuilder()
                        .setDocument(ROOT + words.get(2))
                        .setReadTime(at)
                        .addAllRemovedTargetIds(ids));
            case "filter" ->
                response.setFilter(
                        ExistenceFilter.newBuilder().setTargetId(ids.get(0)).setCount(Integer.parseInt(words.get(2))));
            default -> {
                TargetChange.Builder change = response.getTargetChangeBuilder()
                        .setTargetChangeType(TargetChange.TargetChangeType.valueOf(words.get(0)))
                        .addAllTargetIds(ids);
                if (at.getSeconds() > 0) {
                    change.setReadTime(at).setResumeToken(TOKEN);
                }
                if (words.size() > 2) {
                    change.getCauseBuilder()
                            .setCode(Integer.parseInt(words.get(2)))
                            .setMessage(String.join(" ", words.subList(3, words.size())));
                }
            }
        }
        return response.build();
    }

    private static List<Integer> ids(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(Integer::valueOf).toList();
    }

    static String text(ListenResponse response) {
        return switch (response.getResponseTypeCase()) {
            case TARGET_CHANGE -> {
                TargetChange change = response.getTargetChange();
                yield change.getTargetChangeType()
                        + ids(change.getTargetIdsList())
                        + (change.hasCause()
                                ? " " + change.getCause().getCode() + " "
                                        + change.getCause().getMessage()
                                : "")
                        + at(change.getReadTime())
                        + (change.getResumeToken().isEmpty() ? "" : " token");
            }
            case DOCUMENT_CHANGE -> {
                DocumentChange change = response.getDocumentChange();
                StringBuilder text = new StringBuilder("doc")
                        .append(ids(change.getTargetIdsList()))
                        .append(' ')
                        .append(path(change.getDocument().getName()));
                new TreeMap<>(change.getDocument().getFieldsMap())
                        .forEach((field, value) ->
                                text.append(' ').append(field).append('=').append(text(value)));
                yield text + at(change.getDocument().getUpdateTime());
            }
            case DOCUMENT_DELETE ->
                "gone" + ids(response.getDocumentDelete().getRemovedTargetIdsList()) + " "
                        + path(response.getDocumentDelete().getDocument())
                        + at(response.getDocumentDelete().getReadTime());
            case DOCUMENT_REMOVE ->
                "left" + ids(response.getDocumentRemove().getRemovedTargetIdsList()) + " "
                        + path(response.getDocumentRemove().getDocument())
                        + at(response.getDocumentRemove().getReadTime());
            case FILTER ->
                "filter " + response.getFilter().getTargetId() + " "
                        + response.getFilter().getCount();
            case RESPONSETYPE_NOT_SET -> "nothing";
        };
    }

    private static String text(Value value) {
        String text = value.getStringValue();
        return value.hasStringValue()
                ? text.length() > 100 ? "*" + text.length() : text
                : String.valueOf(value.getBooleanValue());
    }

    private static String ids(List<Integer> ids) {
        return ids.isEmpty()
                ? ""
                : " "
                        + String.join(
                                ",", ids.stream().sorted().map(String::valueOf).toList());
    }

    private static String at(Timestamp time) {
        return time.getSeconds() == 0 ? "" : " @" + time.getSeconds();
    }
}
