package io.firegate.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.audit.OutcomeLine.End;
import io.firegate.audit.OutcomeLine.Source;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.error.GrpcStatus;
import io.firegate.firestore.enforce.QueryForm;
import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LineEncoderTest {
    private static final Path GOLDENS = Path.of("src/test/resources/audit");
    private static final Path PAGE = Path.of("../docs/record.md");

    @TestFactory
    Stream<DynamicTest> linesAreAsAuditorsKnowThem() {
        return Lines.golden().entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    Path file = GOLDENS.resolve(entry.getKey() + ".jsonl");
                    if (Boolean.getBoolean("update-goldens")) {
                        Files.writeString(file, entry.getValue());
                    }
                    assertThat(entry.getValue()).isEqualTo(Files.readString(file));
                    StrictJson.parse(entry.getValue().stripTrailing());
                }));
    }

    @Test
    void everyGoldenFileBelongsToALine() throws IOException {
        try (Stream<Path> files = Files.list(GOLDENS)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".jsonl", "")))
                    .containsExactlyInAnyOrderElementsOf(Lines.golden().keySet());
        }
    }

    @Test
    void thePageShowsRealLinesAndEachOfTheirFields() throws IOException {
        String page = Files.readString(PAGE);
        List<String> shown =
                page.lines().filter(line -> line.startsWith("{\"v\"")).toList();
        assertThat(shown).isNotEmpty();
        assertThat(Lines.golden().values())
                .containsAll(shown.stream().map(line -> line + "\n").toList());
        Set<String> described = new TreeSet<>();
        Matcher row = Pattern.compile("^\\| `([^`]+)` \\|", Pattern.MULTILINE).matcher(page);
        while (row.find()) {
            described.add(row.group(1));
        }
        Set<String> written = new TreeSet<>();
        Stream.concat(Lines.golden().values().stream(), Stream.of(Lines.longest()))
                .forEach(line -> names("", StrictJson.parse(line.stripTrailing()), written));
        assertThat(described).isEqualTo(written);
    }

    private static void names(String prefix, Object value, Set<String> into) {
        if (value instanceof Map<?, ?> object) {
            object.forEach((name, member) -> {
                into.add(prefix + name);
                names(prefix + name + ".", member, into);
            });
        } else if (value instanceof List<?> list) {
            list.forEach(member -> names(prefix, member, into));
        }
    }

    @Test
    void whatIsWrittenReadsBackAsItWas() {
        Random random = new Random(20261122);
        for (int round = 0; round < 20_000; round++) {
            String text = text(random, 1 + random.nextInt(40));
            JsonWriter json = new JsonWriter();
            json.raw('"');
            assertThat(json.text(text, Integer.MAX_VALUE)).isEqualTo(text.length());
            json.raw('"');
            byte[] bytes = Arrays.copyOf(json.array(), json.length());
            assertThat(StrictJson.parse(bytes)).isEqualTo(text);
            for (byte b : bytes) {
                assertThat(b & 0xff)
                        .as("no control character in %s", text)
                        .isNotIn(0x7f)
                        .isGreaterThanOrEqualTo(0x20);
            }
        }
    }

    @Test
    void randomDecisionsReadBackAsTheyWere() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            List<Decision.Grant> grants = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                grants.add(Lines.grant(new Access(operation(random), resource(random), random.nextBoolean())));
            }
            String tier = text(random, 9);
            grants.replaceAll(g -> new Decision.Grant(g.access(), tier, tier + "r", g.obligations()));
            Map<String, Object> line = StrictJson.object(
                    Lines.encode(Lines.permitted(random.nextLong(), grants)).stripTrailing());
            List<?> accesses = accesses(line);
            assertThat(accesses).hasSameSizeAs(grants);
            for (int i = 0; i < grants.size(); i++) {
                Map<?, ?> access = (Map<?, ?>) accesses.get(i);
                Decision.Grant grant = grants.get(i);
                assertThat(access.get("path"))
                        .isEqualTo(grant.access().resource().toString());
                assertThat(access.get("tier")).isEqualTo(tier);
                assertThat(access.get("rule")).isEqualTo(tier + "r");
                assertThat(access.containsKey("history"))
                        .isEqualTo(grant.access().history());
                assertThat(access.get("op"))
                        .isEqualTo(grant.access().operation().name().toLowerCase(Locale.ROOT));
            }
        }
    }

    @Test
    void noLineIsLongerThanTheRoomKeptForIt() {
        String wide = "\u0001".repeat(2000);
        ResourcePath deep = new ResourcePath(Collections.nCopies(200, "\u0001".repeat(1500)));
        List<Access> accesses = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            accesses.add(Access.of(Operation.GET, new Resource.Document(deep)));
        }
        Access refused = Access.of(Operation.COLLECTIONS, new Resource.CollectionIds(deep));
        accesses.add(refused);
        DecisionLine longest = new DecisionLine(
                new DecisionId(-1, -1),
                Lines.TIME,
                wide,
                Lines.NURSE,
                wide,
                null,
                wide,
                new DatabaseName(wide, wide),
                new DecisionLine.Denied(
                        new Decision.Deny(DenyReason.DENIED_PATH, refused, wide, wide, wide, wide), accesses, wide));
        assertThat(Lines.encode(longest).getBytes(UTF_8)).hasSizeLessThan(LineEncoder.DECISION_BYTES_MAX);
        DecisionLine query = Lines.queried(new QueryForm(
                Collections.nCopies(
                        QueryForm.PARTS_MAX,
                        new QueryForm.All(List.of(new QueryForm.Compared(
                                "\u0001".repeat(QueryForm.CHARS_MAX / QueryForm.PARTS_MAX), "array-contains-any")))),
                List.of(),
                List.of(),
                null,
                true));
        assertThat(Lines.encode(query).getBytes(UTF_8)).hasSizeLessThan(LineEncoder.DECISION_BYTES_MAX / 4);
        OutcomeLine outcome = new OutcomeLine(
                new DecisionId(-1, -1),
                Lines.TIME,
                GrpcStatus.FAILED_PRECONDITION,
                Source.FIREGATE,
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                Long.MIN_VALUE,
                Long.MIN_VALUE,
                End.CANCELLED);
        String line = Lines.encode(outcome);
        assertThat(line.getBytes(UTF_8)).hasSizeLessThan(LineEncoder.OUTCOME_BYTES_MAX);
        assertThat(StrictJson.object(line.stripTrailing()).get("messages")).isEqualTo(new BigDecimal(Long.MIN_VALUE));
    }

    @Test
    void aLargeRequestIsListedInPartAndCounted() {
        List<Decision.Grant> grants = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            grants.add(Lines.grant(Lines.get("patients/p" + i)));
        }
        Map<String, Object> line =
                StrictJson.object(Lines.encode(Lines.permitted(1, grants)).stripTrailing());
        assertThat(accesses(line)).hasSize(LineEncoder.ACCESSES_MAX);
        assertThat(line.get("omitted")).isEqualTo(new BigDecimal(250 - LineEncoder.ACCESSES_MAX));
    }

    @Test
    void theRefusedAccessIsNamedWhereverItStands() {
        List<Access> accesses = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            accesses.add(Lines.get("patients/p" + i));
        }
        for (int refusedAt : new int[] {0, 99, 100, 249}) {
            Decision.Deny deny = new Decision.Deny(DenyReason.NO_RULE, accesses.get(refusedAt), null, null);
            Map<String, Object> line =
                    StrictJson.object(Lines.encode(Lines.denied(deny, accesses)).stripTrailing());
            List<?> written = accesses(line);
            assertThat(written.stream()
                            .map(access -> (Map<?, ?>) access)
                            .filter(access -> access.containsKey("refused"))
                            .map(access -> (String) access.get("path")))
                    .containsExactly("/patients/p" + refusedAt);
            assertThat(line.get("omitted")).isEqualTo(new BigDecimal(250 - written.size()));
        }
    }

    @Test
    void aQueryStringNeverReachesTheRecord() {
        String line = Lines.encode(Lines.refused("/v1/x?access_token=secret", TokenProblem.MISSING, null));
        assertThat(line).contains("\"method\":\"/v1/x\"").doesNotContain("secret");
    }

    @Test
    void timesAreRfc3339WithMicroseconds() {
        Random random = new Random(3);
        JsonWriter json = new JsonWriter();
        for (int round = 0; round < 5_000; round++) {
            Instant time = Instant.ofEpochSecond(random.nextLong(253_402_300_800L), random.nextInt(1_000_000_000));
            for (Instant each : List.of(time, time.plusNanos(1_000_000_000))) {
                json.clear();
                json.time(each.getEpochSecond(), each.getNano());
                String text = Ascii.string(json.array(), json.length());
                assertThat(text).hasSize(27).endsWith("Z");
                assertThat(Instant.parse(text)).isEqualTo(each.truncatedTo(ChronoUnit.MICROS));
            }
        }
    }

    @Test
    void idsAreDistinctAndPlain() {
        Set<String> seen = new LinkedHashSet<>();
        for (DecisionIds ids : List.of(new DecisionIds(), new DecisionIds(), new DecisionIds(0), new DecisionIds(-1))) {
            for (int i = 0; i < 2_000; i++) {
                String id = ids.next().toString();
                assertThat(id).matches("[0-9a-v]{13}-[0-9a-v]{1,13}");
                assertThat(seen.add(id)).isTrue();
            }
        }
        assertThat(new DecisionId(0, 0)).hasToString("0000000000000-0");
        assertThat(new DecisionId(-1, -1)).hasToString("fvvvvvvvvvvvv-fvvvvvvvvvvvv");
        assertThat(new DecisionId(31, 1024)).hasToString("000000000000v-100");
    }

    private static List<?> accesses(Map<String, Object> line) {
        return (List<?>) Objects.requireNonNull(line.get("accesses"));
    }

    private static Operation operation(Random random) {
        return List.of(Operation.values()).get(random.nextInt(Operation.values().length));
    }

    private static Resource resource(Random random) {
        List<String> segments = new ArrayList<>();
        for (int i = 2 * random.nextInt(4); i > 0; i--) {
            segments.add(text(random, 6));
        }
        ResourcePath path = new ResourcePath(segments);
        return switch (random.nextInt(4)) {
            case 0 -> new Resource.Collection(path, random.nextInt(3) == 0 ? "" : text(random, 5));
            case 1 -> new Resource.Group(path, random.nextInt(3) == 0 ? "" : text(random, 5));
            case 2 -> new Resource.CollectionIds(path);
            default -> path.isRoot() ? new Resource.CollectionIds(path) : new Resource.Document(path);
        };
    }

    /** Text from the corners of Unicode: controls, quotes, separators, pairs, halves of pairs. */
    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            switch (random.nextInt(8)) {
                case 0 -> text.append((char) random.nextInt(0x20));
                case 1 -> text.append("\"\\/{}[]:,\u007f".charAt(random.nextInt(10)));
                case 2 -> text.append((char) (0x80 + random.nextInt(0x780)));
                case 3 -> text.append((char) (0x2000 + random.nextInt(0x70)));
                case 4 -> text.append((char) (0xd800 + random.nextInt(0x800)));
                case 5 -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
                case 6 -> text.append((char) (0x800 + random.nextInt(0xd000)));
                default -> text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.toString();
    }
}
