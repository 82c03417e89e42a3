package io.firegate.firestore.enforce;

import com.google.rpc.Status;
import io.firegate.policy.Decision;

/** Refusals of single writes that say the reason and nothing else. */
enum TestRefusals implements WriteRefusals {
    INSTANCE;

    private static final int DENIED = 7;
    private static final int UNMET = 9;

    @Override
    public byte[] status(Decision.Deny deny) {
        return status(DENIED, deny.reason());
    }

    @Override
    public byte[] status(WriteCondition condition) {
        return status(UNMET, condition);
    }

    private static byte[] status(int code, Enum<?> reason) {
        return Status.newBuilder()
                .setCode(code)
                .setMessage(reason.name())
                .build()
                .toByteArray();
    }
}
