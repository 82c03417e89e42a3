package io.firegate.auth.entra;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keys from a local JSON Web Key Set, for machines without a way out. Read again at each fetch, off the calling thread. */
public final class KeyFile implements KeySource {
    private final Path file;
    private final Set<TokenVersion> versions;
    private final int bytesMax;

    /**
     * Keys from a file; its keys serve all these versions.
     *
     * @param bytesMax longest file taken
     */
    public KeyFile(Path file, Set<TokenVersion> versions, int bytesMax) {
        this.file = file;
        this.versions = Set.copyOf(versions);
        this.bytesMax = bytesMax;
    }

    @Override
    public CompletionStage<Answer> fetch() {
        return CompletableFuture.supplyAsync(this::read);
    }

    private Answer read() {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(bytesMax + 1);
            if (bytes.length > bytesMax) {
                return new Answer.Failed("key file " + file + " is longer than " + bytesMax + " bytes");
            }
            Map<TokenVersion, byte[]> sets = new EnumMap<>(TokenVersion.class);
            versions.forEach(version -> sets.put(version, bytes));
            return new Answer.Documents(sets);
        } catch (IOException e) {
            return new Answer.Failed(
                    "key file " + file + " cannot be read: " + e.getClass().getSimpleName());
        }
    }
}
