package io.firegate.firestore.rest;

import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.RequestFields;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The first line of a REST request, understood: which RPC, and the request fields that path and query fill. With the body it becomes
 * the message a gRPC client would have sent. Immutable; safe for any thread.
 *
 * <p>A colon in the last segment begins a verb in POST only, and only when it is written as a colon: {@code GET .../users/al:batchGet}
 * gets the document {@code al:batchGet}, and {@code %3ArunQuery} is part of an id. A POST with another verb matches nothing, as at
 * Google; the emulator would create a document in a collection of that name. Such a collection is reached with {@code %3A}.
 */
public final class RestTarget {
    /** {@code /v1/projects/P/databases/D/documents} cut at its slashes. */
    private static final int ROOT_SEGMENTS = 7;

    /** Length-Prefixed-Message of grpc/doc/PROTOCOL-HTTP2.md: one byte of flag, four of length. */
    private static final int PREFIX_BYTES = 5;

    private static final Map<FirestoreMethod, JsonSchema> REQUESTS = new EnumMap<>(FirestoreMethod.class);

    static {
        for (RestBinding binding : RestBinding.values()) {
            REQUESTS.computeIfAbsent(
                    binding.method(), method -> JsonSchema.of(RequestFields.message(method.rpcName() + "Request")));
        }
    }

    private final RestBinding binding;
    private final JsonSchema schema;
    private final List<JsonReader.Preset> path;
    /** The field of the body's document that the path fills: {@code document.name}. */
    private final JsonReader.@Nullable Preset documentName;

    private final QueryFields query;
    private final boolean pretty;

    private RestTarget(
            RestBinding binding,
            JsonSchema schema,
            List<JsonReader.Preset> path,
            JsonReader.@Nullable Preset documentName,
            RestQuery query) {
        this.binding = binding;
        this.schema = schema;
        this.path = path;
        this.documentName = documentName;
        this.query = query.fields();
        this.pretty = query.pretty();
    }

    /** What a request line is. */
    public sealed interface Parsed {
        /** A request of a binding. */
        record Matched(RestTarget target) implements Parsed {}

        /** No binding; HTTP 404, whatever else lives on Google's host. */
        record NotFound() implements Parsed {}

        /**
         * Not a request.
         *
         * @param place a query parameter, {@code path[3]} for the segment behind the third slash, or null
         */
        record Invalid(RestProblem problem, @Nullable String place) implements Parsed {}
    }

    /** What a body becomes. */
    public sealed interface Encoded {
        /** The request as one uncompressed gRPC frame, in the bytes protobuf's own encoder would write. */
        final class Frame implements Encoded {
            private final byte[] framed;

            private Frame(byte[] framed) {
                this.framed = framed;
            }

            /** Five bytes of prefix and the message; not copied. */
            public byte[] framed() {
                return framed;
            }
        }

        /**
         * Not a request.
         *
         * @param place a field of the request or null; holds names and positions, never values
         */
        record Invalid(RestProblem problem, @Nullable String place) implements Encoded {}
    }

    /**
     * Reads a request line. Total: answers every pair of texts.
     *
     * @param httpMethod as sent
     * @param pathAndQuery as sent: nothing decoded, nothing normalised
     */
    public static Parsed parse(String httpMethod, String pathAndQuery) {
        int mark = pathAndQuery.indexOf('?');
        List<String> raw = List.of((mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark)).split("/", -1));
        if (!isBelowDocuments(raw)) {
            return new Parsed.NotFound();
        }
        boolean post = httpMethod.equals("POST");
        String last = raw.get(raw.size() - 1);
        int colon = post ? last.lastIndexOf(':') : -1;
        List<String> segments = new ArrayList<>(raw.subList(ROOT_SEGMENTS, raw.size()));
        boolean atRoot = segments.isEmpty();
        if (colon >= 0 && !atRoot) {
            segments.set(segments.size() - 1, last.substring(0, colon));
        }
        RestBinding binding =
                colon >= 0 ? RestBinding.ofVerb(last.substring(colon + 1), atRoot) : plain(httpMethod, segments.size());
        boolean documents = raw.get(ROOT_SEGMENTS - 1).length() == "documents".length()
                || (atRoot && colon == "documents".length());
        if (binding == null || !documents) {
            return new Parsed.NotFound();
        }
        try {
            return new Parsed.Matched(target(binding, raw, segments, mark < 0 ? "" : pathAndQuery.substring(mark + 1)));
        } catch (Refusal e) {
            return new Parsed.Invalid(e.problem(), e.place());
        }
    }

    /** Only text written exactly so is one of ours: an escape in a literal segment reaches nothing. */
    private static boolean isBelowDocuments(List<String> raw) {
        return raw.size() >= ROOT_SEGMENTS
                && raw.get(0).isEmpty()
                && raw.get(1).equals("v1")
                && raw.get(2).equals("projects")
                && raw.get(4).equals("databases")
                && (raw.get(6).equals("documents") || raw.get(6).startsWith("documents:"));
    }

    /** The binding without a verb, by the number of segments behind {@code documents}; null when there is none. */
    private static @Nullable RestBinding plain(String httpMethod, int segments) {
        if (segments == 0) {
            return null;
        }
        return switch (httpMethod) {
            case "GET" ->
                segments % 2 == 0
                        ? RestBinding.GET_DOCUMENT
                        : segments == 1 ? RestBinding.LIST_ROOT_DOCUMENTS : RestBinding.LIST_DOCUMENTS;
            case "POST" -> RestBinding.CREATE_DOCUMENT;
            case "PATCH" -> RestBinding.UPDATE_DOCUMENT;
            case "DELETE" -> RestBinding.DELETE_DOCUMENT;
            default -> null;
        };
    }

    private static RestTarget target(RestBinding binding, List<String> raw, List<String> segments, String query)
            throws Refusal {
        String database = "projects/" + segment(raw.get(3), 3) + "/databases/" + segment(raw.get(5), 5);
        List<String> ids = new ArrayList<>();
        for (String segment : segments) {
            ids.add(segment(segment, ROOT_SEGMENTS + ids.size()));
        }
        JsonSchema schema = REQUESTS.get(binding.method());
        if (schema == null) {
            throw new IllegalStateException(binding + " has no schema");
        }
        String root = database + "/documents";
        List<JsonReader.Preset> path = new ArrayList<>();
        JsonReader.Preset documentName = null;
        switch (binding.below()) {
            case NAME -> path.add(preset(schema, "name", below(root, ids)));
            case DOCUMENT_NAME ->
                documentName = preset(schema.required("document").message(), "name", below(root, ids));
            case COLLECTION, COLLECTION_OF_ROOT, COLLECTION_OF_DOCUMENT -> {
                int parents = ids.size() - 1;
                path.add(preset(schema, "parent", below(root, ids.subList(0, parents))));
                path.add(preset(schema, "collection_id", ids.get(parents)));
            }
            case DATABASE -> path.add(preset(schema, "database", database));
            case ROOT, PARENT -> path.add(preset(schema, "parent", below(root, ids)));
        }
        Set<String> pathFields = new LinkedHashSet<>();
        for (JsonReader.Preset preset : path) {
            pathFields.add(preset.field().name);
        }
        RestQuery parameters = new RestQuery(schema, binding.body(), pathFields);
        parameters.read(query);
        return new RestTarget(binding, schema, path, documentName, parameters);
    }

    private static String segment(String raw, int index) throws Refusal {
        try {
            return UrlText.segment(raw);
        } catch (Refusal e) {
            throw e.within(index).within("path");
        }
    }

    private static String below(String root, List<String> ids) {
        return ids.isEmpty() ? root : root + "/" + String.join("/", ids);
    }

    private static JsonReader.Preset preset(JsonSchema schema, String name, String value) {
        return new JsonReader.Preset(schema.required(name), value);
    }

    /** The binding it matched. */
    public RestBinding binding() {
        return binding;
    }

    /** The RPC, which may be one firegate refuses by name. */
    public FirestoreMethod method() {
        return binding.method();
    }

    /** Whether answers are written for people ({@code prettyPrint}, on unless the caller turns it off). */
    public boolean pretty() {
        return pretty;
    }

    /** Whether the method has a body at all. */
    public boolean takesBody() {
        return binding.body() != RestBinding.Body.NONE;
    }

    /**
     * The message of this target and a body. Total: answers every sequence of bytes.
     *
     * @param body the array that holds it; an empty body stands for an empty object
     * @param from index of its first byte
     * @param to index after the last
     */
    public Encoded encode(byte[] body, int from, int to) {
        ProtoBytes out = new ProtoBytes(PREFIX_BYTES);
        try {
            ProtoBytes.Fields fields = out.fields();
            switch (binding.body()) {
                case NONE -> {
                    if (from != to) {
                        throw new Refusal(RestProblem.UNEXPECTED_BODY);
                    }
                    presets(out, fields);
                    query.write(out, fields);
                }
                case DOCUMENT -> {
                    presets(out, fields);
                    query.write(out, fields);
                    document(out, fields, body, from, to);
                }
                // What the body binds, the path has one field of.
                case WHOLE -> JsonReader.read(schema, out, fields, body, from, to, path.get(0));
            }
            fields.end();
        } catch (Refusal e) {
            return new Encoded.Invalid(e.problem(), e.place());
        }
        byte[] framed = out.toByteArray();
        int length = framed.length - PREFIX_BYTES;
        for (int i = 1; i < PREFIX_BYTES; i++) {
            framed[i] = (byte) (length >>> (Byte.SIZE * (PREFIX_BYTES - 1 - i)));
        }
        return new Encoded.Frame(framed);
    }

    private void presets(ProtoBytes out, ProtoBytes.Fields fields) throws Refusal {
        for (JsonReader.Preset preset : path) {
            fields.begin(preset.field().number);
            Scalars.write(out, preset.field(), preset.value(), false);
        }
    }

    private void document(ProtoBytes out, ProtoBytes.Fields fields, byte[] body, int from, int to) throws Refusal {
        JsonSchema.Field document = schema.required("document");
        fields.begin(document.number);
        out.tag(document.tag());
        int start = out.open();
        try {
            JsonReader.read(document.message(), out, out.fields(), body, from, to, documentName);
        } catch (Refusal e) {
            throw e.place() == null ? e : e.within("document");
        }
        out.close(start);
    }
}
