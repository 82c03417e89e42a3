package io.firegate.e2e.demo;

import com.google.firestore.v1.GetDocumentRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Request bodies in files, for clients that know HTTP/2 but not gRPC. */
final class GrpcBody {
    private GrpcBody() {}

    /** Writes the body of a GetDocument call: compressed flag, length, message (gRPC over HTTP/2, Length-Prefixed-Message). */
    static void getDocument(Path file, String name) {
        byte[] message = GetDocumentRequest.newBuilder().setName(name).build().toByteArray();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(0);
        body.writeBytes(ByteBuffer.allocate(4).putInt(message.length).array());
        body.writeBytes(message);
        try {
            Files.write(file, body.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
