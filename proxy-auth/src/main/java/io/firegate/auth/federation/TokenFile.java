package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.input.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The workload's token in a file. Read for each use: whoever wrote it replaces it before it expires. */
final class TokenFile implements TokenSource {
    private final Path file;
    private final @Nullable String field;
    private final int bytesMax;

    /**
     * A file.
     *
     * @param field the member of a JSON object the token is in; null when the file holds nothing else
     */
    TokenFile(Path file, @Nullable String field, int bytesMax) {
        this.file = file;
        this.field = field;
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
        if (field != null) {
            Map<String, Object> json = StrictJson.object(bytes, StrictJson.Duplicates.REFUSED);
            if (json == null || !(json.get(field) instanceof String member)) {
                return missing("is no JSON object with a text `" + field + "`");
            }
            text = member;
        }
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
