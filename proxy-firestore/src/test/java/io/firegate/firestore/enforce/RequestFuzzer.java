package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.Access;
import io.firegate.policy.Obligations;
import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.condition.Comparison;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Requests, for Jazzer: {@code docs/testing.md} has the command. The first bytes of an input say which scenario it begins with and what
 * the policy demands, and the rest is put in place of the scenario's bytes from some place on, so that a change reaches deep.
 */
public final class RequestFuzzer {
    /** Requests that make sense, for one change to be worth a look. */
    static final List<Scenario> SCENARIOS = Scenario.all().stream()
            .filter(scenario -> scenario.method().refusal() == null)
            .toList();

    static final List<FirestoreMethod> METHODS = Stream.of(FirestoreMethod.values())
            .filter(method -> method.refusal() == null)
            .toList();

    private static final List<byte[]> REQUESTS =
            SCENARIOS.stream().map(Scenario::request).toList();

    private static final Enforcer ENFORCER = new Enforcer(TestHandles.SEALER, TestHandles.PARTS_MAX);

    /** Method or scenario, and what is demanded: four bytes; where the rest goes: two. */
    private static final int HEAD_BYTES = 6;

    /** What became of a request. */
    enum Outcome {
        ADMITTED,
        GUARDED,
        ANSWERED,
        DENIED,
        INVALID
    }

    private RequestFuzzer() {}

    /** One input. Jazzer finds it by its name. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < HEAD_BYTES) {
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(input);
        int which = in.getShort() & 0xFFFF;
        int demands = in.getShort();
        int at = in.getShort() & 0xFFFF;
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        if (which >= SCENARIOS.size()) {
            ask(ENFORCER, METHODS.get(which % METHODS.size()), rest, Frames.HEAP, demands);
            return;
        }
        byte[] request = REQUESTS.get(which);
        int from = Math.min(at, request.length);
        byte[] message = new byte[Math.max(request.length, from + rest.length)];
        System.arraycopy(request, 0, message, 0, request.length);
        System.arraycopy(rest, 0, message, from, rest.length);
        ask(ENFORCER, SCENARIOS.get(which).method(), message, Frames.HEAP, demands);
    }

    /**
     * Any message of anybody is answered, and nothing of it kept.
     *
     * @param seed what the policy demands of it
     */
    static Outcome ask(Enforcer enforcer, FirestoreMethod method, byte[] message, Frames kind, long seed) {
        ByteBuf framed = kind.frame(message);
        Caller caller = new TestCaller(
                (database, accesses) -> TestCaller.permit(accesses, access -> obligations(access, seed)));

        Admission admission = enforcer.admit(method, framed, caller, TestRefusals.INSTANCE);

        Outcome outcome = switch (admission) {
            case Admission.Admitted(PermittedCall call) -> {
                call.release();
                yield Outcome.ADMITTED;
            }
            case Admission.Guarded guarded -> Outcome.GUARDED;
            case Admission.Answered answered -> Outcome.ANSWERED;
            case Admission.Denied denied -> Outcome.DENIED;
            case Admission.Invalid invalid -> Outcome.INVALID;
        };
        assertThat(framed.refCnt()).isZero();
        return outcome;
    }

    private static Obligations obligations(Access access, long seed) {
        Random random = new Random(seed + access.operation().name().length());
        FieldPath path = FieldPath.of("a", "b");
        RowFilter rows = switch (random.nextInt(4)) {
            case 0 -> new RowFilter.Rows(new RowPredicate.Compare(path, Comparison.EQUAL, new PolicyValue.Int(1)));
            case 1 -> new RowFilter.Rows(RowPredicate.Const.FALSE);
            default -> RowFilter.AllRows.INSTANCE;
        };
        FieldMask fields = switch (random.nextInt(4)) {
            case 0 -> new FieldMask.Hidden(List.of(path));
            case 1 -> new FieldMask.Shown(List.of(path));
            default -> FieldMask.AllFields.INSTANCE;
        };
        return new Obligations(
                rows,
                fields,
                random.nextInt(4) == 0
                        ? new WriteGuard.Readonly(List.of(FieldPath.of("c")))
                        : WriteGuard.NoGuard.INSTANCE);
    }
}
