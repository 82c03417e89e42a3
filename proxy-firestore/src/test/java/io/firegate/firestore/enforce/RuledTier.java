package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.Compilation;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.PolicySnapshot;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;

/** An enforcer, and a policy of one tier that {@link TestHandles#CALLER} holds. */
final class RuledTier {
    private static final int FRAME_HEAD_BYTES = 5;

    private static final String POLICY = """
            version: 1
            tiers:
              t:
                databases: ["p/(default)"]
                credential: credential
                rules:
            RULES
            bindings:
              - { tier: t, groups: [5b1f0a52-0000-4000-8000-0000000000a1] }
            """;

    private final Enforcer enforcer = new Enforcer(TestHandles.SEALER, TestHandles.PARTS_MAX);
    private final PolicySnapshot snapshot;

    /** By these rules, one in each line. */
    RuledTier(String rules) {
        Compilation compilation = PolicyCompiler.compile(
                List.of(PolicyFile.of("policy.yaml", POLICY.replace("RULES\n", rules.indent(6)))), null);
        assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
        snapshot = ((Compilation.Compiled) compilation).snapshot();
    }

    Admission admit(FirestoreMethod method, byte[] message) {
        Caller caller = new Caller.Standard(snapshot.standing(TestHandles.CALLER), null, TestHandles.NOW, null);
        return enforcer.admit(method, Frames.HEAP.frame(message), caller, TestRefusals.INSTANCE);
    }

    GuardedCall guarded(FirestoreMethod method, byte[] message) {
        Admission admission = admit(method, message);
        assertThat(admission).isInstanceOf(Admission.Guarded.class);
        return ((Admission.Guarded) admission).call();
    }

    /** The message a call forwards. */
    static byte[] message(PermittedCall call) {
        ByteBuf body = call.takeBody();
        try {
            return ByteBufUtil.getBytes(body.skipBytes(FRAME_HEAD_BYTES));
        } finally {
            body.release();
        }
    }
}
