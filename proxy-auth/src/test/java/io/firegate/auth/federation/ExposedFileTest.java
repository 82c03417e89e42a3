package io.firegate.auth.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExposedFileTest {
    private static final Path FILE = Path.of("key.pem");

    /** The mode of a file, the command when it is anybody's and when it is root's; nothing when all is well. */
    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            rw-------, -, -
            r--------, -, -
            rwx------, -, -
            ---------, -, -
            r--r-----, chmod 600 key.pem, -
            rw-r-----, chmod 600 key.pem, -
            rw--w----, chmod 600 key.pem, chmod 640 key.pem
            rw-rw----, chmod 600 key.pem, chmod 640 key.pem
            rw-r-x---, chmod 600 key.pem, chmod 640 key.pem
            rw----r--, chmod 600 key.pem, chmod 640 key.pem
            rw-----w-, chmod 600 key.pem, chmod 640 key.pem
            rw------x, chmod 600 key.pem, chmod 640 key.pem
            rw-r--r--, chmod 600 key.pem, chmod 640 key.pem
            rwxrwxrwx, chmod 600 key.pem, chmod 640 key.pem
            """)
    void aFileIsItsOwnersOrItsGroupsToRead(String mode, String anybodys, String roots) {
        for (boolean root : new boolean[] {false, true}) {
            assertThat(ExposedFile.of(FILE, PosixFilePermissions.fromString(mode), root)
                            .map(ExposedFile::fix)
                            .orElse(null))
                    .as("%s, root's: %s", mode, root)
                    .isEqualTo(root ? roots : anybodys);
        }
    }

    @Test
    void whatALinkPointsToCounts(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("key.pem"));
        Path link = Files.createSymbolicLink(directory.resolve("link.pem"), file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(ExposedFile.of(link)).isEmpty();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw----r--"));
        assertThat(ExposedFile.of(link)).isPresent();
        assertThat(ExposedFile.of(directory.resolve("none"))).isEmpty();
    }
}
