package io.firegate.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the lines of the record go. Called by one thread at a time, which may be held up. */
public interface AuditSink extends Closeable {
    /**
     * Makes sure that lines can be written, as far as that can be known beforehand.
     *
     * @throws IOException when they cannot; the text names the place
     */
    void open() throws IOException;

    /**
     * Writes whole lines.
     *
     * @param lines ends in a newline. Its position moves past what was written; after a failure it stands at the start of the first
     *     line that is not there as a whole, so that the same buffer can be handed over again
     * @throws IOException when not all of it could be written; the text names the place
     */
    void write(ByteBuffer lines) throws IOException;
}
