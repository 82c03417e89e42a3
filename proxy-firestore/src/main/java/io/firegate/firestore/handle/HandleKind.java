package io.firegate.firestore.handle;

/** What a handle is. A handle of one kind never opens as another. */
public enum HandleKind {
    TRANSACTION(1),
    PAGE_TOKEN(2),
    RESUME_TOKEN(3),
    STREAM_TOKEN(4);

    private final byte code;

    HandleKind(int code) {
        this.code = (byte) code;
    }

    /** Its number inside what is sealed. Replicas of two versions must agree, so a number is never given twice. */
    byte code() {
        return code;
    }
}
