package io.firegate.firestore.enforce;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * What the client sees of one message of Firestore on a Listen stream.
 *
 * @param messages what goes out, in this order; often one, sometimes none
 * @param ended the targets that have ended with it
 */
public record ListenAnswer(List<ByteString> messages, List<Ended> ended) {
    public ListenAnswer {
        messages = List.copyOf(messages);
        ended = List.copyOf(ended);
    }

    /**
     * A target that Firestore has ended, because of the client's wish or for a reason of its own.
     *
     * @param target the client's number of it
     * @param number names it on this stream, and no other ever
     * @param wished whether it was removed on the client's or on firegate's wish
     * @param status the gRPC status code the client is told; 0 without a reason
     * @param documents how many documents the client was shown
     */
    public record Ended(int target, int number, boolean wished, int status, long documents) {}

    /** The messages as bytes, for whoever does not know protobuf. */
    public List<byte[]> bytes() {
        List<byte[]> bytes = new ArrayList<>(messages.size());
        for (ByteString message : messages) {
            bytes.add(message.toByteArray());
        }
        return bytes;
    }
}
