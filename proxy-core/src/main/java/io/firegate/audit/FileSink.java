package io.firegate.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Appends the record to a file and follows its rotation.
 *
 * <p>Rotation is by renaming (logrotate's default, without {@code copytruncate}): at most once a second, before a write, the file that
 * bears the name is compared with the one that is open; when they differ, the old one is closed and the name opened anew. Lines
 * written in between are in the renamed file, none is lost.
 *
 * <p>After a failed write the file is closed and opened again for the next try. A line that got there in part is ended by a newline
 * and written again as a whole, whether the part came from this process or from one that was killed.
 */
final class FileSink implements AuditSink {
    /** Largest single write, and so the size of the native buffer the JDK keeps for this thread. */
    private static final int WRITE_BYTES_MAX = 256 * 1024;

    private static final long CHECK_NANOS = 1_000_000_000L;
    private static final Set<StandardOpenOption> APPEND =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);

    private final Path file;
    private final LongSupplier nanoTime;
    private @Nullable FileChannel channel;
    private @Nullable Object key;
    private boolean regular;
    private long checkedAt;

    FileSink(Path file) {
        this(file, System::nanoTime);
    }

    /** A sink that takes the time since it last looked for a rotation from elsewhere. */
    FileSink(Path file, LongSupplier nanoTime) {
        this.file = file;
        this.nanoTime = nanoTime;
    }

    @Override
    public void open() throws IOException {
        if (channel == null) {
            opened();
        }
    }

    private FileChannel opened() throws IOException {
        FileChannel opened = FileChannel.open(file, APPEND, attributes());
        channel = opened;
        BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
        key = seen.fileKey();
        regular = seen.isRegularFile();
        checkedAt = nanoTime.getAsLong();
        if (regular && seen.size() > 0 && !endsInNewline(seen.size())) {
            opened.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
        return opened;
    }

    /** Owner and group only: the record says who looked at what. Ignored where the file exists. */
    private static FileAttribute<?>[] attributes() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"))
                }
                : new FileAttribute<?>[0];
    }

    /** A file that may be written but not read counts as torn: an empty line harms less than two lines in one. */
    private boolean endsInNewline(long size) {
        try (SeekableByteChannel reader = Files.newByteChannel(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            reader.position(size - 1);
            return reader.read(last) == 1 && last.get(0) == '\n';
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void write(ByteBuffer lines) throws IOException {
        int start = lines.position();
        int end = lines.limit();
        try {
            FileChannel current = current();
            while (lines.position() < end) {
                lines.limit(Math.min(end, lines.position() + WRITE_BYTES_MAX));
                current.write(lines);
            }
        } catch (IOException e) {
            lines.limit(end);
            lines.position(lineStart(lines, start));
            abandon();
            throw e;
        }
    }

    private static int lineStart(ByteBuffer lines, int floor) {
        int at = lines.position();
        while (at > floor && lines.get(at - 1) != '\n') {
            at--;
        }
        return at;
    }

    private FileChannel current() throws IOException {
        FileChannel open = channel;
        if (open != null && nanoTime.getAsLong() - checkedAt >= CHECK_NANOS) {
            if (isRotatedAway()) {
                close();
                open = null;
            } else {
                checkedAt = nanoTime.getAsLong();
            }
        }
        return open == null ? opened() : open;
    }

    private boolean isRotatedAway() throws IOException {
        try {
            Object now = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            return now != null && !now.equals(key);
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    /** Closes after a failure, whose cause matters more than one of closing. */
    private void abandon() {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // The write has failed already and says why; the descriptor is gone either way.
            }
        }
    }

    /** Writes through to the disk and closes. */
    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try (open) {
                if (regular) {
                    open.force(true);
                }
            }
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
