package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.BatchWriteResponse;
import com.google.firestore.v1.BeginTransactionResponse;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.ListCollectionIdsResponse;
import com.google.firestore.v1.ListDocumentsResponse;
import com.google.firestore.v1.PartitionQueryResponse;
import com.google.firestore.v1.RunAggregationQueryResponse;
import com.google.firestore.v1.RunQueryResponse;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.TextMessages;
import io.firegate.policy.Access;
import io.firegate.policy.Compilation;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.Standing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs every scenario file, in every kind of memory. */
class ScenarioTest {
    private static final int PREFIX_BYTES = 5;

    private static final WriteRefusals REFUSALS = TestRefusals.INSTANCE;

    private static final Set<String> LATE = Set.of("BAD_PAGE_TOKEN", "BAD_FIELD_PATH", "BAD_ORDER_BY", "BAD_PAGE_SIZE");

    /** The methods of which the record keeps the form. */
    private static final Set<FirestoreMethod> QUERIES = Set.of(
            FirestoreMethod.RUN_QUERY,
            FirestoreMethod.RUN_AGGREGATION_QUERY,
            FirestoreMethod.PARTITION_QUERY,
            FirestoreMethod.LIST_DOCUMENTS);

    private final Enforcer enforcer = new Enforcer(TestHandles.SEALER, TestHandles.PARTS_MAX);

    static List<Scenario> scenarios() {
        return Scenario.all();
    }

    /** Streams of messages both ways have tests of their own. */
    @Test
    void everyGovernedMethodHasScenariosAndNoOther() {
        List<FirestoreMethod> governed = Arrays.stream(FirestoreMethod.values())
                .filter(method -> method.refusal() == null && method.shape() != FirestoreMethod.Shape.BIDIRECTIONAL)
                .toList();

        assertThat(scenarios().stream().map(Scenario::method).distinct()).containsExactlyInAnyOrderElementsOf(governed);
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void scenario(Scenario scenario) {
        for (Frames kind : Frames.values()) {
            ByteBuf framed = kind.frame(scenario.request());
            byte[] sent = ByteBufUtil.getBytes(framed);
            List<Access> asked = new ArrayList<>();

            String policy = scenario.text("policy");
            Standing standing = policy == null ? null : standing(policy);
            Admission admission = standing != null
                    ? enforcer.admit(scenario.method(), framed, standing, null, TestHandles.NOW, null, REFUSALS)
                    : enforcer.admit(
                            scenario.method(),
                            framed,
                            new TestCaller(
                                    (database, accesses) -> {
                                        asked.addAll(accesses);
                                        return decide(scenario, accesses);
                                    },
                                    scenario.list("open")),
                            REFUSALS);

            String outcome = String.valueOf(scenario.text("outcome"));
            switch (outcome) {
                case "forwarded", "reencoded", "rewritten" -> {
                    assertThat(admission).isInstanceOf(Admission.Admitted.class);
                    PermittedCall call = ((Admission.Admitted) admission).call();
                    assertThat(texts(call.permit().grants().stream()
                                    .map(Decision.Grant::access)
                                    .toList()))
                            .isEqualTo(scenario.list("accesses"));
                    assertThat(call.method()).isEqualTo(scenario.forwardedAs());
                    assertThat(call.items()).isEqualTo(scenario.number("items", -1));
                    assertThat(call.database()).hasToString(database(scenario));
                    assertThat(call.reencoded()).isEqualTo(outcome.equals("reencoded"));
                    if (scenario.text("form") != null || !QUERIES.contains(scenario.method())) {
                        assertThat(FormText.of(call.form())).isEqualTo(scenario.text("form"));
                    }
                    ByteBuf body = call.takeBody();
                    if (outcome.equals("forwarded")) {
                        assertThat(body).isSameAs(framed);
                        assertThat(ByteBufUtil.getBytes(body)).isEqualTo(sent);
                    } else {
                        assertThat(framed.refCnt()).isZero();
                        String name = scenario.forwardedAs().rpcName() + "Request";
                        assertThat(text(name, message(body)))
                                .isEqualTo(text(name, scenario.encode(name, scenario.text("becomes"))));
                    }
                    assertThat(refusals(call.refused()))
                            .isEqualTo(Objects.requireNonNullElse(scenario.list("refusedWrites"), List.of()));
                    examine(scenario, call.answers());
                    call.release();
                    assertThat(body.refCnt()).isEqualTo(1);
                    body.release();
                    assertThat(body.refCnt()).isZero();
                }
                case "guarded" -> {
                    assertThat(admission).isInstanceOf(Admission.Guarded.class);
                    GuardedCall.Turn turn =
                            ((Admission.Guarded) admission).call().begin();
                    assertThat(turn).isInstanceOf(GuardedCall.Turn.Ask.class);
                    GuardedCall.Turn.Ask ask = (GuardedCall.Turn.Ask) turn;
                    assertThat(ask.purpose()).isNotEqualTo(GuardedCall.Purpose.WRITES);
                    assertThat(ask.call().method()).isEqualTo(FirestoreMethod.BATCH_GET_DOCUMENTS);
                    ByteBuf read = ask.call().takeBody();
                    assertThat(message(read))
                            .isEqualTo(scenario.encode("BatchGetDocumentsRequest", scenario.text("becomes")));
                    read.release();
                }
                case "answered" -> {
                    assertThat(admission).isInstanceOf(Admission.Answered.class);
                    Admission.Answered answered = (Admission.Answered) admission;
                    assertThat(refusals(answered.refused()))
                            .isEqualTo(Objects.requireNonNullElse(scenario.list("refusedWrites"), List.of()));
                    assertThat(answered.permit() == null).isEqualTo(scenario.list("accesses") == null);
                    assertThat(answered.answer().toByteArray())
                            .isEqualTo(scenario.answer(
                                    answerType(scenario.method()),
                                    scenario.texts("shows").get(0)));
                }
                case "denied" -> {
                    assertThat(admission).isInstanceOf(Admission.Denied.class);
                    Admission.Denied denied = (Admission.Denied) admission;
                    assertThat(texts(denied.accesses())).isEqualTo(scenario.list("accesses"));
                    assertThat(denied.deny().reason().name()).isEqualTo(scenario.text("reason"));
                    assertThat(denied.deny().detail()).isEqualTo(scenario.text("detail"));
                    Access refused = denied.deny().refused();
                    assertThat(refused == null ? null : text(refused)).isEqualTo(scenario.text("refused"));
                }
                case "invalid" -> {
                    assertThat(admission)
                            .isEqualTo(new Admission.Invalid(
                                    RequestProblem.valueOf(String.valueOf(scenario.text("problem"))),
                                    scenario.text("place")));
                    // A page token can be opened only when the verdict says what it is bound to, and what else must be
                    // read for
                    // the verdict's sake is refused then.
                    assertThat(asked.isEmpty() || LATE.contains(String.valueOf(scenario.text("problem"))))
                            .isTrue();
                }
                default -> throw new IllegalArgumentException(outcome);
            }
            assertThat(framed.refCnt()).isZero();
        }
    }

    private static void examine(Scenario scenario, AnswerExaminer answers) {
        List<String> sent = scenario.texts("answer");
        List<String> shown = scenario.texts("shows");
        assertThat(answers.leavesUntouched()).isEqualTo(sent.isEmpty());
        Message upstream = answerType(scenario.forwardedAs());
        Message type = answerType(scenario.method());
        for (int i = 0; i < sent.size(); i++) {
            Examined examined = answers.examine(scenario.answer(upstream, sent.get(i)));
            switch (shown.get(i)) {
                case "unfit" -> assertThat(examined).isEqualTo(Examined.NotAnAnswer.INSTANCE);
                case "withheld" -> assertThat(examined).isInstanceOf(Examined.Withheld.class);
                default -> {
                    assertThat(examined).isInstanceOf(Examined.Send.class);
                    assertShown(scenario, type, ((Examined.Send) examined).message(), shown.get(i));
                }
            }
        }
        if (!sent.isEmpty()) {
            // What is no answer of the method never gets through.
            assertThat(answers.examine(new byte[] {10, 127})).isEqualTo(Examined.NotAnAnswer.INSTANCE);
        }
        for (String end : scenario.texts("ends")) {
            String[] parts = end.split(" -> ", 2);
            AnswerEnd shows = answers.end(
                    Integer.parseInt(parts[0].substring(0, parts[0].indexOf(' '))),
                    parts[0].substring(parts[0].indexOf(' ') + 1));
            assertThat(shows == null ? "as it is" : shows.status() + " " + shows.text())
                    .isEqualTo(parts[1]);
            if (shows != null && shows.last() != null) {
                assertShown(scenario, type, shows.last(), shown.get(sent.size()));
            }
        }
    }

    private static void assertShown(Scenario scenario, Message type, byte[] message, String shown) {
        assertThat(TestHandles.open(type, message, scenario)).isEqualTo(parsed(type, scenario.answer(type, shown)));
    }

    private static Message parsed(Message type, byte[] message) {
        try {
            return type.getParserForType().parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Message answerType(FirestoreMethod method) {
        return switch (method) {
            case GET_DOCUMENT, CREATE_DOCUMENT, UPDATE_DOCUMENT -> Document.getDefaultInstance();
            case LIST_DOCUMENTS -> ListDocumentsResponse.getDefaultInstance();
            case BATCH_GET_DOCUMENTS -> BatchGetDocumentsResponse.getDefaultInstance();
            case BEGIN_TRANSACTION -> BeginTransactionResponse.getDefaultInstance();
            case COMMIT -> CommitResponse.getDefaultInstance();
            case RUN_QUERY -> RunQueryResponse.getDefaultInstance();
            case RUN_AGGREGATION_QUERY -> RunAggregationQueryResponse.getDefaultInstance();
            case PARTITION_QUERY -> PartitionQueryResponse.getDefaultInstance();
            case LIST_COLLECTION_IDS -> ListCollectionIdsResponse.getDefaultInstance();
            case BATCH_WRITE -> BatchWriteResponse.getDefaultInstance();
            case DELETE_DOCUMENT, ROLLBACK -> Empty.getDefaultInstance();
            case EXECUTE_PIPELINE, WRITE, LISTEN -> throw new IllegalArgumentException(method.rpcName());
        };
    }

    private static List<String> refusals(List<Decision.Deny> refused) {
        return refused.stream()
                .map(deny -> deny.reason() + " " + text(Objects.requireNonNull(deny.refused())))
                .toList();
    }

    /** A request in text form, with a made-up document id as {@code {id}}. */
    private static String text(String messageName, byte[] message) {
        try {
            return TextFormat.printer()
                    .printToString(TextMessages.decode(messageName, message))
                    .replaceAll("document_id: \"[A-Za-z0-9]{20}\"", "document_id: \"{id}\"");
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String database(Scenario scenario) {
        String database = scenario.text("database");
        return database == null ? "p/(default)" : database;
    }

    private static byte[] message(ByteBuf framed) {
        assertThat(framed.getByte(framed.readerIndex())).isZero();
        assertThat(framed.getInt(framed.readerIndex() + 1)).isEqualTo(framed.readableBytes() - PREFIX_BYTES);
        return ByteBufUtil.getBytes(framed, framed.readerIndex() + PREFIX_BYTES, framed.readableBytes() - PREFIX_BYTES);
    }

    private static Standing standing(String policy) {
        try (InputStream file =
                Objects.requireNonNull(ScenarioTest.class.getResourceAsStream("/policies/" + policy + ".yaml"))) {
            Compilation compilation =
                    PolicyCompiler.compile(List.of(new PolicyFile(policy + ".yaml", file.readAllBytes())), null);
            assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
            return ((Compilation.Compiled) compilation).snapshot().standing(TestHandles.CALLER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A policy that grants what the scenario lists, or everything. */
    private static Decision.Settled decide(Scenario scenario, List<Access> accesses) {
        List<String> granted = scenario.list("granted");
        for (Access access : accesses) {
            if (granted != null && !granted.contains(text(access))) {
                return new Decision.Deny(DenyReason.NO_RULE, access, "tier", null);
            }
        }
        return TestCaller.permit(accesses, access -> scenario.obligations(text(access)));
    }

    private static List<String> texts(List<Access> accesses) {
        return accesses.stream().map(ScenarioTest::text).toList();
    }

    private static String text(Access access) {
        String resource = access.resource().toString().replaceAll("/[A-Za-z0-9]{20}$", "/{id}");
        return access.operation() + " " + resource + (access.history() ? " (history)" : "");
    }
}
