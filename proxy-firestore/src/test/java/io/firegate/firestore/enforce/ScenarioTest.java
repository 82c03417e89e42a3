package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.Access;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Obligations;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs every scenario file, in every kind of memory. */
class ScenarioTest {
    private static final int PREFIX_BYTES = 5;

    private final Enforcer enforcer = new Enforcer();

    static List<Scenario> scenarios() {
        return Scenario.all();
    }

    @Test
    void everyGovernedMethodHasScenariosAndNoOther() {
        List<FirestoreMethod> governed = Arrays.stream(FirestoreMethod.values())
                .filter(method -> method.refusal() == null)
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

            Admission admission = enforcer.admit(scenario.method(), framed, (database, accesses) -> {
                asked.clear();
                asked.addAll(accesses);
                return decide(scenario.list("granted"), accesses);
            });

            String outcome = String.valueOf(scenario.text("outcome"));
            switch (outcome) {
                case "forwarded", "reencoded" -> {
                    assertThat(admission).isInstanceOf(Admission.Admitted.class);
                    PermittedCall call = ((Admission.Admitted) admission).call();
                    assertThat(texts(asked)).isEqualTo(scenario.list("accesses"));
                    assertThat(texts(call.permit().grants().stream()
                                    .map(Decision.Grant::access)
                                    .toList()))
                            .isEqualTo(scenario.list("accesses"));
                    assertThat(call.method()).isEqualTo(scenario.method());
                    assertThat(call.items()).isEqualTo(scenario.number("items", -1));
                    assertThat(call.database()).hasToString(database(scenario));
                    assertThat(call.reencoded()).isEqualTo(outcome.equals("reencoded"));
                    ByteBuf body = call.takeBody();
                    if (outcome.equals("forwarded")) {
                        assertThat(body).isSameAs(framed);
                        assertThat(ByteBufUtil.getBytes(body)).isEqualTo(sent);
                    } else {
                        assertThat(framed.refCnt()).isZero();
                        assertThat(message(body)).isEqualTo(scenario.encode(scenario.text("becomes")));
                    }
                    call.release();
                    assertThat(body.refCnt()).isEqualTo(1);
                    body.release();
                    assertThat(body.refCnt()).isZero();
                }
                case "denied" -> {
                    assertThat(admission).isInstanceOf(Admission.Denied.class);
                    Admission.Denied denied = (Admission.Denied) admission;
                    assertThat(texts(denied.accesses())).isEqualTo(scenario.list("accesses"));
                    assertThat(denied.deny().reason().name()).isEqualTo(scenario.text("reason"));
                    assertThat(denied.deny().refused()).isNotNull();
                    assertThat(denied.deny().refused())
                            .extracting(ScenarioTest::text)
                            .isEqualTo(scenario.text("refused"));
                }
                case "invalid" -> {
                    assertThat(admission)
                            .isEqualTo(new Admission.Invalid(
                                    RequestProblem.valueOf(String.valueOf(scenario.text("problem"))),
                                    scenario.text("place")));
                    assertThat(asked).isEmpty();
                }
                default -> throw new IllegalArgumentException(outcome);
            }
            assertThat(framed.refCnt()).isZero();
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

    /** A policy that grants what the scenario lists, or everything. */
    private static Decision decide(@Nullable List<String> granted, List<Access> accesses) {
        List<Decision.Grant> grants = new ArrayList<>();
        for (Access access : accesses) {
            if (granted != null && !granted.contains(text(access))) {
                return new Decision.Deny(DenyReason.NO_RULE, access, "tier", null);
            }
            grants.add(new Decision.Grant(access, "tier", "rule", Obligations.NONE));
        }
        return new Decision.Permit("credential", grants);
    }

    private static List<String> texts(List<Access> accesses) {
        return accesses.stream().map(ScenarioTest::text).toList();
    }

    private static String text(Access access) {
        return access.operation() + " " + access.resource() + (access.history() ? " (history)" : "");
    }
}
