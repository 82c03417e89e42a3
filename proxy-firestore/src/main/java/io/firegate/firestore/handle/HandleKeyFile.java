package io.firegate.firestore.handle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.firegate.policy.yaml.Position;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problem.Severity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file of the sealing keys: one key in each line, 32 bytes as base64, newest first; empty lines and lines that begin with
 * {@code #} mean nothing.
 *
 * <p>A file everyone on the machine may read gives a warning and is used: Kubernetes mounts secrets with mode 0644 unless told
 * otherwise, into containers nobody else is in.
 */
public final class HandleKeyFile {
    /** Room for all keys and a page of comments. */
    static final int FILE_BYTES_MAX = 16_384;

    private static final String MAKE = "openssl rand -base64 32";

    /** 32 bytes in base64: 43 characters and a `=`. */
    private static final int KEY_CHARACTERS = 44;

    /** Shown in the place of a line: any line of this file may hold a key, or most of one. */
    private static final String NOT_SHOWN = "(not shown: it may be a key)";

    private final String name;
    private final List<Problem> problems = new ArrayList<>();

    private HandleKeyFile(String name) {
        this.name = name;
    }

    /** What a file gave. */
    public sealed interface Reading {
        /**
         * Its keys.
         *
         * @param warnings what a person should look at
         */
        record Keys(HandleKeys keys, List<Problem> warnings) implements Reading {
            public Keys {
                warnings = List.copyOf(warnings);
            }
        }

        /** Everything wrong with it; no problem shows a key. */
        record Refused(List<Problem> problems) implements Reading {
            public Refused {
                problems = List.copyOf(problems);
            }
        }
    }

    /** Reads a file. May wait for the disk. */
    public static Reading read(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(FILE_BYTES_MAX + 1);
        } catch (IOException e) {
            return new Reading.Refused(List.of(Problem.ofFile(
                    file.toString(), "cannot be read: " + e.getClass().getSimpleName(), null)));
        }
        Reading reading = parse(file.toString(), bytes);
        Problem open = openToAll(file);
        return open != null && reading instanceof Reading.Keys read
                ? new Reading.Keys(read.keys(), List.of(open))
                : reading;
    }

    static Reading parse(String name, byte[] bytes) {
        return new HandleKeyFile(name).keys(bytes);
    }

    private Reading keys(byte[] bytes) {
        if (bytes.length > FILE_BYTES_MAX) {
            return new Reading.Refused(List.of(Problem.ofFile(
                    name,
                    "is longer than " + FILE_BYTES_MAX + " bytes",
                    "keep one key in each line, as `" + MAKE + "` prints it")));
        }
        List<byte[]> keys = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        int number = 0;
        // Latin-1 reads any byte; what is no base64 is found below.
        for (String raw : new String(bytes, ISO_8859_1).lines().toList()) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            byte[] key = key(line, number);
            if (key == null) {
                continue;
            }
            // By what it decodes to: two texts can mean one key.
            Integer other = lines.putIfAbsent(Base64.getEncoder().encodeToString(key), number);
            if (other != null) {
                problem(number, "this key stands in line " + other + " already", "remove one of the two lines");
            } else {
                keys.add(key);
                if (keys.size() == HandleKeys.KEYS_MAX + 1) {
                    problem(
                            number,
                            "this is more than " + HandleKeys.KEYS_MAX + " keys",
                            "remove the oldest, which stand last: their handles are of no use any more");
                }
            }
        }
        if (keys.isEmpty() && problems.isEmpty()) {
            problems.add(Problem.ofFile(name, "there is no key in it", "write the output of `" + MAKE + "` to it"));
        }
        return problems.isEmpty() ? new Reading.Keys(HandleKeys.of(keys), List.of()) : new Reading.Refused(problems);
    }

    private byte @Nullable [] key(String line, int number) {
        if (line.length() != KEY_CHARACTERS) {
            problem(
                    number,
                    "a key has " + KEY_CHARACTERS + " characters, this line has " + line.length(),
                    "write one key in each line, as `" + MAKE + "` prints it");
            return null;
        }
        byte[] key;
        try {
            key = Base64.getDecoder().decode(line);
        } catch (IllegalArgumentException e) {
            key = new byte[0];
        }
        if (key.length != HandleKeys.KEY_BYTES) {
            problem(
                    number,
                    "this line is not " + HandleKeys.KEY_BYTES
                            + " bytes in base64 (letters, digits, `+` and `/`, one `=" + "` at the end)",
                    "`" + MAKE + "` makes a key");
            return null;
        }
        if (isOneByteRepeated(key)) {
            problem(number, "this key is one byte, repeated: everyone can guess it", "`" + MAKE + "` makes a key");
            return null;
        }
        return key;
    }

    private static boolean isOneByteRepeated(byte[] key) {
        for (byte b : key) {
            if (b != key[0]) {
                return false;
            }
        }
        return true;
    }

    private void problem(int line, String message, String fix) {
        problems.add(new Problem(Severity.ERROR, new Position(name, line, 1), message, fix, NOT_SHOWN, 0));
    }

    private static @Nullable Problem openToAll(Path file) {
        try {
            if (!Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                return null;
            }
        } catch (IOException | UnsupportedOperationException e) {
            // No such permissions here, so nothing to say about them.
            return null;
        }
        return new Problem(
                Severity.WARNING,
                Position.whole(file.toString()),
                "every user of this machine may read these keys",
                "chmod o-r; for a Kubernetes secret, `defaultMode: 0440`",
                "",
                0);
    }
}
