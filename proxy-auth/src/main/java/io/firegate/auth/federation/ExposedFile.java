package io.firegate.auth.federation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/**
 * A secret in a file that more accounts may use than should.
 *
 * <p>The rule is PostgreSQL's for {@code ssl_key_file}: nobody but the owner, as ssh wants it; or, where the file belongs to root, also its
 * group's right to read, which is how an orchestrator mounts a secret for a process that is not root.
 *
 * @param file the file
 * @param mode the mode to give it, for {@code chmod}
 */
public record ExposedFile(Path file, String mode) {
    private static final Integer ROOT = 0;

    /** The file when it is exposed; empty when it is not, is not there, or the file system cannot tell. */
    public static Optional<ExposedFile> of(Path file) {
        try {
            boolean roots = ROOT.equals(Files.getAttribute(file, "unix:uid"));
            return of(file, Files.getPosixFilePermissions(file), roots);
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static Optional<ExposedFile> of(Path file, Set<PosixFilePermission> rights, boolean roots) {
        boolean exposed = rights.stream().anyMatch(right -> switch (right) {
            case OWNER_READ, OWNER_WRITE, OWNER_EXECUTE -> false;
            case GROUP_READ -> !roots;
            case GROUP_WRITE, GROUP_EXECUTE, OTHERS_READ, OTHERS_WRITE, OTHERS_EXECUTE -> true;
        });
        return exposed ? Optional.of(new ExposedFile(file, roots ? "640" : "600")) : Optional.empty();
    }

    /** The command that mends it. */
    public String fix() {
        return "chmod " + mode + " " + file;
    }
}
