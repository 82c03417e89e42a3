package io.firegate.firestore.enforce;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rows.RowTexts;
import io.firegate.firestore.wire.TextMessages;
import io.firegate.policy.Obligations;
import io.firegate.policy.condition.FieldPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * One file under {@code scenarios/<Method>/<what-happens>.yaml}.
 *
 * <p>{@code what} says why the case exists; {@code request} is the message in protobuf's text form, where <code>{db}</code> stands
 * for the database every case uses; {@code append} is hexadecimal bytes added behind it, for what no encoder writes;
 * {@code granted} lists the accesses a stand-in for the policy grants (all, when absent); {@code policy} names a real one, a file
 * under {@code policies/}, instead. Expected: {@code outcome} (forwarded, reencoded, rewritten, guarded,
 * answered, denied, invalid) and, as it needs, {@code accesses}, {@code database}, {@code items}, {@code problem} and {@code place},
 * {@code reason}, {@code refused} and {@code detail}, and {@code becomes}, the message forwarded in place of the client's, for the
 * RPC {@code forwardedAs} when that is another, or what a guarded call reads first.
 *
 * <p><code>{tx}</code> is a transaction of the caller, whose inside is {@code up}, and <code>{tx:other}</code> one that differs as
 * {@link TestHandles} says; <code>{page}</code> is a page token of {@code target} (parent, collection, order, show_missing, and a fifth word when it was given without
 * a condition), whose
 * inside is {@code next}, or {@code inside}. {@code open} lists the collections whose whole content may be read (all, when absent). {@code answer} is
 * what Firestore sends and {@code shows} what the client then gets, its handles opened again, or {@code unfit}; without an answer
 * nothing in it may need changing; several messages are lists, in which {@code withheld} stands for one that is not sent now.
 * {@code ends} lists what the answer ends with: a status and words of Firestore, and behind an arrow what the client gets.
 * {@code form} is what the record keeps of a query, as {@link FormText} has it.
 * {@code refusedWrites} are a reason and an access each. {@code rows} is what every access demands of documents, or what each does,
 * as {@link RowTexts} has it; {@code fields} is what every access may see, or what each may: {@code hide} or {@code show}, and
 * paths; {@code readonly} lists paths.
 */
record Scenario(FirestoreMethod method, String name, Map<String, Object> keys) {
    private static final Set<String> KNOWN = Set.of(
            "what",
            "request",
            "append",
            "granted",
            "policy",
            "outcome",
            "accesses",
            "database",
            "items",
            "problem",
            "place",
            "reason",
            "refused",
            "becomes",
            "open",
            "target",
            "answer",
            "shows",
            "refusedWrites",
            "rows",
            "fields",
            "readonly",
            "inside",
            "detail",
            "forwardedAs",
            "ends",
            "form");
    private static final String DATABASE = "projects/p/databases/(default)";

    static List<Scenario> all() {
        try (Stream<Path> files = Files.walk(Path.of(
                Objects.requireNonNull(Scenario.class.getResource("/scenarios")).toURI()))) {
            return files.filter(Files::isRegularFile)
                    .sorted()
                    .map(Scenario::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unchecked") // A file of another shape fails in the accessors.
    private static Scenario read(Path file) {
        String rpc = Objects.requireNonNull(file.getParent()).getFileName().toString();
        FirestoreMethod method = method(rpc);
        try {
            Map<String, Object> keys = (Map<String, Object>)
                    new Load(LoadSettings.builder().setLabel(file.toString()).build())
                            .loadFromString(Files.readString(file));
            for (String key : keys.keySet()) {
                if (!KNOWN.contains(key)) {
                    throw new IllegalArgumentException(file + ": unknown key " + key);
                }
            }
            return new Scenario(method, rpc + "/" + file.getFileName(), keys);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String messageName() {
        return method.rpcName() + "Request";
    }

    /** The RPC that is forwarded. */
    FirestoreMethod forwardedAs() {
        String as = text("forwardedAs");
        return as == null ? method : method(as);
    }

    private static FirestoreMethod method(String rpc) {
        return Arrays.stream(FirestoreMethod.values())
                .filter(m -> m.rpcName().equals(rpc))
                .findFirst()
                .orElseThrow();
    }

    /** What an access demands. */
    Obligations obligations(String access) {
        Object rows = keys.get("rows") instanceof Map<?, ?> map ? map.get(access) : keys.get("rows");
        return new Obligations(
                rows == null
                        ? Obligations.RowFilter.AllRows.INSTANCE
                        : new Obligations.RowFilter.Rows(RowTexts.read(rows)),
                fields(access),
                keys.containsKey("readonly")
                        ? new Obligations.WriteGuard.Readonly(paths(list("readonly")))
                        : Obligations.WriteGuard.NoGuard.INSTANCE);
    }

    private Obligations.FieldMask fields(String access) {
        Map<?, ?> fields = (Map<?, ?>) keys.get("fields");
        if (fields != null && !fields.containsKey("hide") && !fields.containsKey("show")) {
            fields = (Map<?, ?>) fields.get(access);
        }
        if (fields == null) {
            return Obligations.FieldMask.AllFields.INSTANCE;
        }
        return fields.containsKey("show")
                ? new Obligations.FieldMask.Shown(paths((List<?>) fields.get("show")))
                : new Obligations.FieldMask.Hidden(paths((List<?>) fields.get("hide")));
    }

    private static List<FieldPath> paths(@Nullable List<?> texts) {
        return Objects.requireNonNull(texts).stream()
                .map(text -> FieldPath.parse((String) text).orElseThrow())
                .toList();
    }

    /** Messages in text form, one or several. */
    List<String> texts(String key) {
        return switch (keys.get(key)) {
            case null -> List.of();
            case List<?> several -> several.stream().map(String::valueOf).toList();
            case Object one -> List.of(String.valueOf(one));
        };
    }

    /** The message the client sends. */
    byte[] request() {
        byte[] text = encode(text("request"));
        String append = text("append");
        byte[] more = append == null ? new byte[0] : HexFormat.of().parseHex(append.replace(" ", ""));
        byte[] all = Arrays.copyOf(text, text.length + more.length);
        System.arraycopy(more, 0, all, text.length, more.length);
        return all;
    }

    /** A message in text form, or none. */
    byte[] encode(@Nullable String text) {
        return encode(messageName(), text);
    }

    /** A message of this name in text form, or none. */
    byte[] encode(String messageName, @Nullable String text) {
        return TextMessages.encode(messageName, text == null ? "" : fill(text));
    }

    private String fill(String text) {
        return TestHandles.fill(text.replace("{db}", DATABASE), this);
    }

    /** A message of the RPC's answer. */
    byte[] answer(Message type, String text) {
        Message.Builder builder = type.newBuilderForType();
        try {
            TextFormat.merge(text.replace("{db}", DATABASE), builder);
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException(name, e);
        }
        return builder.build().toByteArray();
    }

    @Nullable
    String text(String key) {
        return (String) keys.get(key);
    }

    /** A list of texts, or null. */
    @Nullable
    List<String> list(String key) {
        return keys.get(key) instanceof List<?> list
                ? list.stream().map(String.class::cast).toList()
                : null;
    }

    /** A number, or the default. */
    int number(String key, int otherwise) {
        return keys.get(key) instanceof Integer number ? number : otherwise;
    }

    @Override
    public String toString() {
        return name;
    }
}
