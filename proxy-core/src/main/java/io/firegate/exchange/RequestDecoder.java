package io.firegate.exchange;

import io.firegate.error.Failure;
import io.netty.buffer.ByteBuf;

/** How a client wrote its request: turns a whole body into what is judged. Called once the caller is known, on the event loop. */
public interface RequestDecoder {
    /** A gRPC body: the frame it has to be is what is judged. */
    RequestDecoder GRPC = Decoded.Frame::new;

    /** Decodes a body; takes over the reference. */
    Decoded decode(ByteBuf body);

    /** What the body says. */
    sealed interface Decoded {
        /** One gRPC frame, or what claims to be one. Whoever gets it owns the reference. */
        record Frame(ByteBuf frame) implements Decoded {}

        /** Nothing that could be judged. */
        record Invalid(Failure failure) implements Decoded {}
    }
}
