package io.firegate.firestore.enforce;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.firegate.firestore.handle.HandleKeys;
import io.firegate.firestore.handle.HandleSealer;
import io.firegate.firestore.handle.SealedPageToken;
import io.firegate.firestore.handle.SealedTransaction;
import io.firegate.firestore.handle.SealedTransaction.Mode;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Guid;
import io.firegate.policy.Obligations;
import io.firegate.policy.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Handles of the scenarios' caller, and some that are not. */
final class TestHandles {
    static final HandleSealer SEALER = new HandleSealer(HandleKeys.random());
    /** As {@code limits.requestParts} is unless somebody says otherwise. */
    static final int PARTS_MAX = 100_000;

    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final Principal CALLER = principal("2");
    /** Another person through the same application. */
    static final Principal STRANGER = principal("9");

    private static final DatabaseName DATABASE = new DatabaseName("p", "(default)");
    private static final ByteString UP = ByteString.copyFromUtf8("up");
    private static final Pattern TRANSACTION = Pattern.compile("\\{tx(?::([a-z]+))?}");

    private TestHandles() {}

    private static Principal principal(String last) {
        return new Principal(
                new Guid("5b1f0a52-0000-4000-8000-000000000001"),
                new Guid("5b1f0a52-0000-4000-8000-00000000000" + last),
                Principal.Kind.USER,
                new Guid("5b1f0a52-0000-4000-8000-000000000003"),
                Set.of(new Guid("5b1f0a52-0000-4000-8000-0000000000a1")),
                Set.of(),
                "uti",
                NOW.plusSeconds(3600));
    }

    /** Puts handles in place of their names. */
    static String fill(String text, Scenario scenario) {
        String own = scenario.text("policy") == null ? "credential" : "staff";
        Matcher matcher = TRANSACTION.matcher(text);
        StringBuilder filled = new StringBuilder();
        while (matcher.find()) {
            ByteString sealed = transaction(own, Objects.requireNonNullElse(matcher.group(1), ""));
            matcher.appendReplacement(filled, Matcher.quoteReplacement(TextFormat.escapeBytes(sealed)));
        }
        matcher.appendTail(filled);
        return filled.toString()
                .replace("{page}", page(scenario, CALLER))
                .replace("{page:stranger}", page(scenario, STRANGER));
    }

    private static ByteString transaction(String credential, String kind) {
        SealedTransaction plain = new SealedTransaction(UP, credential, Mode.READ_WRITE, false);
        ByteString sealed = plain.seal(SEALER, CALLER, DATABASE);
        return switch (kind) {
            case "" -> sealed;
            case "stranger" -> plain.seal(SEALER, STRANGER, DATABASE);
            case "database" -> plain.seal(SEALER, CALLER, new DatabaseName("p", "other"));
            case "history" ->
                new SealedTransaction(UP, credential, Mode.READ_ONLY, true).seal(SEALER, CALLER, DATABASE);
            case "credential" ->
                new SealedTransaction(UP, "another", Mode.READ_WRITE, false).seal(SEALER, CALLER, DATABASE);
            case "tampered" -> {
                byte[] bytes = sealed.toByteArray();
                bytes[bytes.length - 1] ^= 1;
                yield ByteString.copyFrom(bytes);
            }
            case "raw" -> UP;
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static String page(Scenario scenario, Principal principal) {
        return scenario.list("target") == null
                ? ""
                : new SealedPageToken(Objects.requireNonNullElse(scenario.text("inside"), "next"))
                        .seal(SEALER, principal, target(scenario));
    }

    private static SealedPageToken.Target target(Scenario scenario) {
        List<String> target = Objects.requireNonNull(scenario.list("target"));
        return new SealedPageToken.Target(
                scenario.method(),
                target.get(0).replace("{db}", "projects/p/databases/(default)"),
                target.get(1),
                target.get(2),
                Boolean.parseBoolean(target.get(3)),
                (target.size() > 4 ? Obligations.NONE : scenario.obligations("LIST /" + target.get(1))).distinctText()
                        + "\n");
    }

    /** An answer with what is inside its handles in place of them. */
    static Message open(Message type, byte[] message, Scenario scenario) {
        Message answer;
        try {
            answer = type.getParserForType().parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
        Message.Builder opened = answer.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> field : answer.getAllFields().entrySet()) {
            switch (field.getKey().getName()) {
                case "transaction" -> {
                    SealedTransaction inside = Objects.requireNonNull(
                            SealedTransaction.open(SEALER, (ByteString) field.getValue(), CALLER, DATABASE));
                    opened.setField(
                            field.getKey(),
                            ByteString.copyFromUtf8(inside.upstream().toStringUtf8() + " " + inside.credential() + " "
                                    + inside.mode() + (inside.history() ? " history" : "")));
                }
                case "next_page_token" ->
                    opened.setField(
                            field.getKey(),
                            Objects.requireNonNull(SealedPageToken.open(
                                            SEALER, (String) field.getValue(), CALLER, target(scenario)))
                                    .upstream());
                default -> {}
            }
        }
        return opened.build();
    }
}
