package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The workload's token in a file. Read for each use: whoever wrote it replaces it before it expires. */
final class TokenFile implements TokenSource {
    private final Path file;
    private final int bytesMax;

    TokenFile(Path file, int bytesMax) {
        this.file = file;
        this.bytesMax = bytesMax;
    }

    @Override
    public CompletionStage<TokenReply> fetch() {
        return CompletableFuture.completedFuture(read());
    }

    private TokenReply read() {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(bytesMax + 1);
        } catch (IOException e) {
            return missing("cannot be read: " + e.getClass().getSimpleName());
        }
        if (bytes.length > bytesMax) {
            return missing("is longer than " + bytesMax + " bytes");
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
        if (text.isEmpty()) {
            return missing("is empty");
        }
        return FetchedToken.isPlain(text)
                ? new TokenReply.Issued(new FetchedToken(text, Instant.MAX))
                : missing("holds no token");
    }

    private TokenReply missing(String why) {
        return TokenReply.failed(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE, file + " " + why);
    }
}
