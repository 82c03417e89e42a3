package io.firegate.policy.yaml;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads one YAML document whose root is a mapping, strictly.
 *
 * <p>Refused, each with its place: duplicate keys, keys that are not single values, anchors, aliases, tags, a second document,
 * nesting deeper than {@link #DEPTH_MAX}, more than {@link #NODES_MAX} values and text longer than {@link #CHARS_MAX}.
 *
 * <p>It builds its tree from parse events with a stack of its own. The library's composer recurses once per level, so a few
 * kilobytes of {@code [} would overflow the thread's stack; here the depth is counted before anything is built. For the same
 * reason aliases are refused as they appear and never expanded.
 */
public final class YamlFile {
    /** Longest text read, in characters. Whoever reads the file applies the operator's own, smaller limit first. */
    public static final int CHARS_MAX = 64 * 1024 * 1024;

    /** Deepest nesting: a policy needs 6, and each level costs parser state. */
    public static final int DEPTH_MAX = 50;

    /** Most values and keys in one file: about 13 for each of 200,000 rules fit, and memory stays bounded. */
    public static final int NODES_MAX = 4_000_000;

    private final YamlSource source;
    private final Deque<Open> open = new ArrayDeque<>();
    private @Nullable YamlNode root;
    private int nodes;

    private YamlFile(YamlSource source) {
        this.source = source;
    }

    /** A collection being filled, and for a mapping the key that waits for its value. */
    private static final class Open {
        final YamlNode node;

        @Nullable
        YamlScalar key;

        Open(YamlNode node) {
            this.node = node;
        }
    }

    /**
     * Reads a file's bytes, which must be UTF-8.
     *
     * @param name the file's name as the operator knows it
     * @return the root, or empty when it could not be read; then {@code problems} says why
     */
    public static Optional<YamlMapping> parse(String name, byte[] utf8, Problems problems) {
        if (utf8.length > CHARS_MAX) {
            problems.add(tooLarge(name));
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(utf8);
        CharBuffer out = CharBuffer.allocate(utf8.length);
        CoderResult result = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            new YamlSource(name, text, problems)
                    .add(
                            Problem.Severity.ERROR,
                            (int) text.chars().filter(c -> c == '\n').count() + 1,
                            text.codePointCount(text.lastIndexOf('\n') + 1, text.length()) + 1,
                            "not UTF-8 from here on",
                            "save the file as UTF-8");
            return Optional.empty();
        }
        return parse(name, text, problems);
    }

    /**
     * Reads a text.
     *
     * @param name the file's name as the operator knows it
     * @return the root, or empty when it could not be read; then {@code problems} says why. A root is also returned beside
     *     problems that leave the rest readable, such as a duplicate key
     */
    public static Optional<YamlMapping> parse(String name, String text, Problems problems) {
        if (text.length() > CHARS_MAX) {
            problems.add(tooLarge(name));
            return Optional.empty();
        }
        return new YamlFile(new YamlSource(name, text, problems)).read(text);
    }

    private static Problem tooLarge(String name) {
        return Problem.ofFile(
                name, "the file is larger than " + CHARS_MAX + " characters", "split it into several files");
    }

    /** The library names no place for a character YAML forbids, so they are looked for first. */
    private boolean allPrintable(String text) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (!StreamReader.isPrintable(c)) {
                source.add(
                        Problem.Severity.ERROR,
                        line,
                        column,
                        "the character U+" + String.format(Locale.ROOT, "%04X", c) + " is not allowed in YAML",
                        "remove it, or write it as an escape in double quotes");
                return false;
            }
            boolean lineEnds = c == '\n' || (c == '\r' && (i == text.length() || text.charAt(i) != '\n'));
            line += lineEnds ? 1 : 0;
            column = lineEnds ? 1 : column + 1;
        }
        return true;
    }

    private Optional<YamlMapping> read(String text) {
        if (!allPrintable(text)) {
            return Optional.empty();
        }
        LoadSettings settings = LoadSettings.builder()
                .setLabel(source.name())
                .setCodePointLimit(CHARS_MAX)
                .setUseMarks(true)
                .build();
        try {
            Iterator<Event> events = new Parse(settings).parseString(text).iterator();
            boolean document = false;
            while (events.hasNext()) {
                Event event = events.next();
                if (event instanceof DocumentStartEvent) {
                    if (document) {
                        error(event, "a second document begins here", "one document per file: remove the `---`");
                        return Optional.empty();
                    }
                    document = true;
                } else if (!take(event)) {
                    return Optional.empty();
                }
            }
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
            String problem = e.getProblem() == null ? String.valueOf(e.getContext()) : e.getProblem();
            report(mark, "not valid YAML: " + problem, problem.contains("TAB") ? "indent with spaces" : null);
            return Optional.empty();
        } catch (RuntimeException e) {
            // Escapes out of Unicode's range come as a plain IllegalArgumentException.
            report(null, "not valid YAML: " + firstLine(e), null);
            return Optional.empty();
        }
        if (root == null) {
            report(null, "the file is empty", null);
            return Optional.empty();
        }
        return Optional.ofNullable(root.asMapping());
    }

    private static String firstLine(RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    /** Takes one event into the tree; false when reading cannot go on. */
    private boolean take(Event event) {
        return switch (event.getEventId()) {
            case Alias -> {
                String alias = "alias `*" + ((AliasEvent) event).getAlias() + "`: aliases are not allowed";
                error(event, alias, "repeat the value");
                yield false;
            }
            case Scalar -> {
                ScalarEvent scalar = (ScalarEvent) event;
                yield admit(scalar, scalar.getTag().isPresent())
                        && place(new YamlScalar(
                                source, line(event), column(event), scalar.getValue(), scalar.getScalarStyle()));
            }
            case SequenceStart -> begin(event, new YamlSequence(source, line(event), column(event)));
            case MappingStart -> begin(event, new YamlMapping(source, line(event), column(event)));
            case SequenceEnd, MappingEnd -> {
                open.pop();
                yield true;
            }
            case StreamStart, StreamEnd, DocumentStart, DocumentEnd, Comment -> true;
        };
    }

    private boolean begin(Event event, YamlNode node) {
        CollectionStartEvent start = (CollectionStartEvent) event;
        if (!admit(start, start.getTag().isPresent())) {
            return false;
        }
        if (open.size() == DEPTH_MAX) {
            error(event, "nested deeper than " + DEPTH_MAX + " levels", null);
            return false;
        }
        boolean placed = place(node);
        open.push(new Open(node));
        return placed;
    }

    private boolean admit(NodeEvent event, boolean tagged) {
        if (event.getAnchor().isPresent()) {
            error(event, "anchor `&" + event.getAnchor().get() + "`: anchors are not allowed", "remove the anchor");
            return false;
        }
        if (tagged) {
            error(event, "a tag: tags are not allowed", "remove the `!…`; quote a value to make it a string");
            return false;
        }
        if (++nodes > NODES_MAX) {
            error(event, "more than " + NODES_MAX + " values", "split the file");
            return false;
        }
        return true;
    }

    private boolean place(YamlNode node) {
        Open top = open.peek();
        if (top == null) {
            root = node;
        } else if (top.node instanceof YamlSequence sequence) {
            sequence.add(node);
        } else if (top.node instanceof YamlMapping mapping) {
            YamlScalar key = top.key;
            if (key == null) {
                if (!(node instanceof YamlScalar scalar)) {
                    node.problem("a key must be a single value, found " + node.described());
                    return false;
                }
                if (scalar.text().isEmpty()) {
                    node.problem("an empty key");
                }
                top.key = scalar;
            } else {
                top.key = null;
                YamlMapping.Entry first = mapping.add(key, node);
                if (first != null) {
                    Position at = first.key().position();
                    key.problem("duplicate key `" + key.text() + "`, first at " + at.line() + ":" + at.column());
                }
            }
        }
        return true;
    }

    private static int line(Event event) {
        return event.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }

    private static int column(Event event) {
        return event.getStartMark().map(Mark::getColumn).orElse(0) + 1;
    }

    private void error(Event event, String message, @Nullable String fix) {
        source.add(Problem.Severity.ERROR, line(event), column(event), message, fix);
    }

    private void report(@Nullable Mark mark, String message, @Nullable String fix) {
        int line = mark == null ? 1 : mark.getLine() + 1;
        int column = mark == null ? 1 : mark.getColumn() + 1;
        source.add(Problem.Severity.ERROR, line, column, message, fix);
    }
}
