package io.firegate.firestore.enforce;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.TextMessages;
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
 * {@code reason} and {@code refused}, and {@code becomes}, the message forwarded in place of the client's, or what a guarded call reads
 * first.
 *
 * <p><code>{tx}</code> is a transaction of the caller, whose inside is {@code up}, and <code>{tx:other}</code> one that differs as
 * {@link TestHandles} says; <code>{page}</code> is a page token of {@code target} (parent, collection, order, show_missing), whose
 * inside is {@code next}. {@code open} lists the collections whose whole content may be read (all, when absent). {@code answer} is
 * what Firestore sends and {@code shows} what the client then gets, its handles opened again, or {@code unfit}; without an answer
 * nothing in it may need changing. {@code refusedWrites} are a reason and an access each.
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
            "refusedWrites");
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
        FirestoreMethod method = Arrays.stream(FirestoreMethod.values())
                .filter(m -> m.rpcName().equals(rpc))
                .findFirst()
                .orElseThrow();
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

    byte[] encode(String message, @Nullable String text) {
        return TextMessages.encode(message, text == null ? "" : fill(text));
    }

    private String fill(String text) {
        return TestHandles.fill(text.replace("{db}", DATABASE), this);
    }

    /** A message of the RPC's answer. */
    byte[] answer(Message type, String key) {
        Message.Builder builder = type.newBuilderForType();
        try {
            TextFormat.merge(String.valueOf(keys.get(key)).replace("{db}", DATABASE), builder);
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
