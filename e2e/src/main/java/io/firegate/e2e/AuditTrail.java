package io.firegate.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Reads firegate's record as an auditor would: the file of JSON lines. Blocks the calling thread. */
public final class AuditTrail {
    /** The record is written by a thread of its own, so an answer can be a moment ahead of its line. */
    private static final Duration LINE_WITHIN = Duration.ofSeconds(10);

    private static final Duration LOOK_EVERY = Duration.ofMillis(5);

    private final Path file;

    /** The record in a file, which need not exist yet. */
    public AuditTrail(Path file) {
        this.file = file;
    }

    /** Every whole line so far, of both kinds. */
    public List<Line> lines() {
        return linesFrom(0);
    }

    /** The whole lines from a place on: only these are parsed, for a record grows long. */
    private List<Line> linesFrom(int line) {
        return text().lines().skip(line).map(Line::parse).toList();
    }

    private String text() {
        try {
            String text = Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
            // A line without its newline is still being written.
            return text.substring(0, text.lastIndexOf('\n') + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of the kind {@code decision} from a place on. */
    public List<Line> decisionsFrom(int line) {
        return linesFrom(line).stream()
                .filter(each -> each.text("kind").equals("decision"))
                .toList();
    }

    /** How many lines there are. */
    public int size() {
        return Math.toIntExact(text().lines().count());
    }

    /** Waits until a line after the first {@code from} ones fits. */
    public Line await(int from, Predicate<Line> fits) {
        long end = System.nanoTime() + LINE_WITHIN.toNanos();
        while (true) {
            List<Line> lines = linesFrom(from);
            for (Line line : lines) {
                if (fits.test(line)) {
                    return line;
                }
            }
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("no such line in " + file + " within " + LINE_WITHIN.toSeconds()
                        + " s; " + lines.size() + " others came");
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    /**
     * One line.
     *
     * @param json as it stands in the file
     */
    public record Line(String json, Map<?, ?> values) {
        static Line parse(String json) {
            // JSON is YAML.
            Object parsed =
                    new Load(LoadSettings.builder().setLabel("audit line").build()).loadFromString(json);
            if (parsed instanceof Map<?, ?> map) {
                return new Line(json, map);
            }
            throw new IllegalStateException("not a JSON object: " + json);
        }

        /** The text of a key, empty when it is absent. */
        public String text(String key) {
            Object value = values.get(key);
            return value == null ? "" : String.valueOf(value);
        }

        /** The first access of a decision, empty when it names none. */
        public Map<?, ?> firstAccess() {
            @Nullable Object accesses = values.get("accesses");
            return accesses instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Map<?, ?> first
                    ? first
                    : Map.of();
        }
    }
}
