package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.Access;
import io.firegate.policy.Compilation;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Guid;
import io.firegate.policy.Obligations;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.Principal;
import io.firegate.policy.Standing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs every scenario file, in every kind of memory. */
class ScenarioTest {
    private static final int PREFIX_BYTES = 5;

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Guid GROUP = new Guid("5b1f0a52-0000-4000-8000-0000000000a1");
    private static final Principal CALLER = new Principal(
            new Guid("5b1f0a52-0000-4000-8000-000000000001"),
            new Guid("5b1f0a52-0000-4000-8000-000000000002"),
            Principal.Kind.USER,
            new Guid("5b1f0a52-0000-4000-8000-000000000003"),
            Set.of(GROUP),
            Set.of(),
            "uti",
            NOW.plusSeconds(3600));

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

            String policy = scenario.text("policy");
            Standing standing = policy == null ? null : standing(policy);
            Admission admission = standing != null
                    ? enforcer.admit(scenario.method(), framed, standing, null, NOW)
                    : enforcer.admit(scenario.method(), framed, (database, accesses) -> {
                        asked.addAll(accesses);
                        return decide(scenario.list("granted"), accesses);
                    });

            String outcome = String.valueOf(scenario.text("outcome"));
            switch (outcome) {
                case "forwarded", "reencoded" -> {
                    assertThat(admission).isInstanceOf(Admission.Admitted.class);
                    PermittedCall call = ((Admission.Admitted) admission).call();
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
                    Access refused = denied.deny().refused();
                    assertThat(refused == null ? null : text(refused)).isEqualTo(scenario.text("refused"));
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

    private static Standing standing(String policy) {
        try (InputStream file =
                Objects.requireNonNull(ScenarioTest.class.getResourceAsStream("/policies/" + policy + ".yaml"))) {
            Compilation compilation =
                    PolicyCompiler.compile(List.of(new PolicyFile(policy + ".yaml", file.readAllBytes())), null);
            assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
            return ((Compilation.Compiled) compilation).snapshot().standing(CALLER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
