package io.firegate.reload;

import io.firegate.config.Limit;
import io.firegate.config.Limits;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.yaml.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The policy directory on disk: every {@code *.yaml} at any depth that is not a {@code *_test.yaml}.
 *
 * <p>Entries that begin with a dot are not looked at: editors keep their swap files there, and Kubernetes the generations of a
 * mounted ConfigMap ({@code ..data} and the timed directory it points to, which the visible names are links into). Links are
 * followed as long as they stay inside the directory. What would leave a file out that an operator believes to be read (a link to
 * the outside, a {@code .yml}, a broken link, a pipe) is a problem and not skipped: the file left out might hold the denial.
 *
 * <p>A read is of one moment: the directory's state is taken before and after, and if it differs the read is repeated.
 */
public final class PolicyDirectory implements PolicySource {
    /** Deepest folder below the directory: policies are flat, and a link that loops must end somewhere. */
    private static final int DEPTH_MAX = 8;

    /** Most entries looked at, of any kind: a wrongly named directory must not be walked for minutes. */
    private static final int ENTRIES_MAX = 100_000;

    /** Reads of a directory that keeps changing before it is given up. The next poll tries again. */
    private static final int READS_MAX = 3;

    private final Path dir;
    private final Path shownAs;
    private final int fileBytesMax;
    private final long bytesMax;
    private final int filesMax;

    /**
     * The directory at a path; it need not exist yet.
     *
     * @param shownAs the directory as a person named it, for problems
     */
    public PolicyDirectory(Path dir, Path shownAs, Limits limits) {
        this.dir = dir;
        this.shownAs = shownAs;
        this.fileBytesMax = limits.getInt(Limit.POLICY_FILE_BYTES);
        this.bytesMax = limits.get(Limit.POLICY_BYTES);
        this.filesMax = limits.getInt(Limit.POLICY_FILES);
    }

    /** What stood where at one moment. */
    private static final class Scan {
        final TreeMap<String, Path> files = new TreeMap<>();
        final StringBuilder state = new StringBuilder();
        final List<Problem> problems = new ArrayList<>();
        int entries;
    }

    @Override
    public String state() {
        return scan().state.toString();
    }

    @Override
    public String shown(String name) {
        return shownAs.resolve(name).toString();
    }

    @Override
    public Reading read() {
        Scan before = scan();
        for (int i = 0; i < READS_MAX; i++) {
            List<Problem> problems = new ArrayList<>(before.problems);
            List<PolicyFile> files = new ArrayList<>();
            MessageDigest digest = sha256();
            long bytes = 0;
            for (var file : before.files.entrySet()) {
                try (InputStream in = Files.newInputStream(file.getValue())) {
                    byte[] read = in.readNBytes(fileBytesMax + 1);
                    bytes += read.length;
                    if (read.length > fileBytesMax) {
                        problems.add(tooMuch(
                                file.getKey(),
                                "the file is larger than " + fileBytesMax + " bytes",
                                Limit.POLICY_FILE_BYTES));
                    } else if (bytes > bytesMax) {
                        problems.add(tooMuch(
                                file.getKey(),
                                "with this file the policy is larger than " + bytesMax + " bytes",
                                Limit.POLICY_BYTES));
                        break;
                    } else {
                        files.add(new PolicyFile(file.getKey(), read));
                        // With its length before it, so that no two lists of files run together into the same bytes.
                        byte[] name = file.getKey().getBytes(StandardCharsets.UTF_8);
                        digest.update(ByteBuffer.allocate(8)
                                .putInt(name.length)
                                .putInt(read.length)
                                .flip());
                        digest.update(name);
                        digest.update(read);
                    }
                } catch (IOException e) {
                    problems.add(unreadable(file.getKey(), e));
                }
            }
            Scan after = scan();
            String state = after.state.toString();
            if (state.contentEquals(before.state)) {
                if (files.isEmpty() && problems.isEmpty()) {
                    problems.add(Problem.ofFile(
                            shownAs.toString(),
                            "no policy file in this directory",
                            "put a *.yaml file there; *_test.yaml files and names beginning with a dot do not count"));
                }
                return problems.isEmpty()
                        ? new Reading.Files(files, HexFormat.of().formatHex(digest.digest()), state)
                        : new Reading.Refused(problems, state);
            }
            before = after;
        }
        // The state of no moment: so the next look sees a change and reads again.
        return new Reading.Refused(
                List.of(Problem.ofFile(shownAs.toString(), "the directory keeps changing while it is read", null)), "");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private Problem tooMuch(String name, String message, Limit limit) {
        return Problem.ofFile(shown(name), message, "split it, or raise `limits." + limit.key() + "`");
    }

    private Problem unreadable(String name, IOException e) {
        String why = e instanceof NoSuchFileException
                ? "it is not there, or is a link that leads nowhere"
                : e instanceof AccessDeniedException
                        ? "this process may not read it"
                        : "it cannot be read: " + e.getMessage();
        return Problem.ofFile(name.isEmpty() ? shownAs.toString() : shown(name), why, null);
    }

    private Scan scan() {
        Scan scan = new Scan();
        try {
            Path root = dir.toRealPath();
            scan.state.append(root).append('\n');
            walk(root, root, "", 0, scan);
        } catch (IOException e) {
            scan.problems.add(unreadable("", e));
            scan.state.append(e.getClass().getSimpleName());
        }
        return scan;
    }

    private void walk(Path root, Path folder, String prefix, int depth, Scan scan) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            for (Path entry : stream) {
                if (++scan.entries > ENTRIES_MAX) {
                    refuse(
                            scan,
                            prefix,
                            "more than " + ENTRIES_MAX + " entries",
                            "name a directory with policy files only");
                    return;
                }
                entries.add(entry);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        entries.sort(null);
        for (Path entry : entries) {
            String last = entry.getFileName().toString();
            if (!last.startsWith(".")) {
                visit(root, entry, prefix + last, depth, scan);
            }
        }
    }

    private void visit(Path root, Path entry, String name, int depth, Scan scan) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean policy = lower.endsWith(".yaml") || lower.endsWith(".yml");
        try {
            Path real = entry.toRealPath();
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            if (!real.startsWith(root)) {
                if (policy || attributes.isDirectory()) {
                    refuse(scan, name, "a link that leads out of the policy directory", "put the file itself there");
                }
            } else if (attributes.isDirectory()) {
                if (depth == DEPTH_MAX) {
                    refuse(scan, name, "folders deeper than " + DEPTH_MAX + ", or a link that loops", "flatten them");
                } else {
                    walk(root, real, name + "/", depth + 1, scan);
                }
            } else if (policy) {
                file(real, attributes, name, scan);
            }
        } catch (IOException e) {
            // Something else that disappears between the listing and the look is nobody's business.
            if (policy) {
                scan.problems.add(unreadable(name, e));
                scan.state
                        .append(name)
                        .append(' ')
                        .append(e.getClass().getSimpleName())
                        .append('\n');
            }
        }
    }

    private void file(Path real, BasicFileAttributes attributes, String name, Scan scan) {
        if (!name.endsWith(".yaml")) {
            refuse(scan, name, "not read: its name does not end with .yaml", "rename it, or move it away");
        } else if (!attributes.isRegularFile()) {
            // Opening a pipe would wait for a writer for ever.
            refuse(scan, name, "not a file", "remove it");
        } else if (PolicyFile.isPolicy(name)) {
            if (scan.files.size() == filesMax) {
                refuse(
                        scan,
                        name,
                        "more than " + filesMax + " policy files",
                        "raise `limits." + Limit.POLICY_FILES.key() + "`");
                return;
            }
            scan.files.put(name, real);
            scan.state
                    .append(name)
                    .append(' ')
                    .append(real)
                    .append(' ')
                    .append(attributes.fileKey())
                    .append(' ')
                    .append(attributes.size())
                    .append(' ')
                    .append(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS))
                    .append('\n');
        }
    }

    private void refuse(Scan scan, String name, String message, String fix) {
        scan.problems.add(Problem.ofFile(name.isEmpty() ? shownAs.toString() : shown(name), message, fix));
        scan.state.append(name).append(' ').append(message).append('\n');
    }
}
