package io.firegate.policy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.condition.DocumentView;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import io.firegate.policy.yaml.YamlSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every line of {@code decisions/*.yaml}: who asks for what, and what the policy of the file decides. */
class DecisionCasesTest {
    private static final Path CASES = Path.of("src/test/resources/decisions");
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final DatabaseName DATABASE = new DatabaseName("p", "d");
    private static final Guid SOMEONE = new Guid("5b1f0a52-0000-4000-8000-0000000000ff");

    @TestFactory
    Stream<DynamicTest> decides() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(CASES)) {
            files = all.sorted().toList();
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : files) {
            tests.addAll(tests(file));
        }
        assertThat(tests).hasSizeGreaterThan(60);
        return tests.stream();
    }

    private static List<DynamicTest> tests(Path file) throws IOException {
        String text = Files.readString(file).replaceAll("group-([0-9a-f]{2})", "5b1f0a52-0000-4000-8000-0000000000$1");
        Problems problems = new Problems();
        YamlMapping root = YamlFile.parse(file.toString(), text, problems)
                .orElseThrow(() -> new AssertionError(problems.render()));
        PolicySnapshot snapshot = snapshot(requireNonNull(root.requiredString("policy")));
        Map<String, Principal> callers = new HashMap<>();
        for (YamlMapping.Entry caller :
                requireNonNull(root.requiredMapping("callers")).entries()) {
            callers.put(caller.name(), principal(requireNonNull(caller.value().asMapping())));
        }
        Map<ResourcePath, DocumentView> documents = new HashMap<>();
        YamlMapping given = root.optionalMapping("documents");
        if (given != null) {
            for (YamlMapping.Entry document : given.entries()) {
                ResourcePath path =
                        ResourcePath.parse(document.name().substring(1)).orElseThrow();
                documents.put(
                        path,
                        new Given(path, fields(requireNonNull(document.value().asMapping()))));
            }
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : requireNonNull(root.requiredString("asks")).lines().toList()) {
            if (line.startsWith("#")) {
                continue;
            }
            String[] cells = line.split(" \\| ", 3);
            assertThat(cells).as(line).hasSize(3);
            AccessRequest request = request(cells[1].strip());
            Principal caller = requireNonNull(callers.get(cells[0]), cells[0]);
            tests.add(DynamicTest.dynamicTest(
                    file.getFileName() + " " + cells[0] + " " + cells[1],
                    () -> assertThat(Verdicts.of(snapshot, caller, request, documents))
                            .isEqualTo(cells[2].strip())));
        }
        root.noOtherKeys();
        assertThat(problems.render()).isEmpty();
        return tests;
    }

    /** An access, then what is not as usual: {@code get /a/b; from 192.0.2.1; at 2026-12-01T00:00:00Z; in p/e; as tier}. */
    private static AccessRequest request(String text) {
        String[] parts = text.split("; ", -1);
        Map<String, String> unusual = new HashMap<>();
        for (int i = 1; i < parts.length; i++) {
            String[] words = parts[i].split(" ", 2);
            unusual.put(words[0], words[1]);
        }
        String address = unusual.remove("from");
        String now = unusual.remove("at");
        String database = unusual.remove("in");
        String tier = unusual.remove("as");
        assertThat(unusual).as(text).isEmpty();
        return new AccessRequest(
                database == null ? DATABASE : DatabaseName.parse(database).orElseThrow(),
                Verdicts.accesses(parts[0]),
                tier,
                null,
                now == null ? NOW : Instant.parse(now),
                address == null ? null : IpAddress.parse(address).orElseThrow(),
                Lookups.NONE);
    }

    private static PolicySnapshot snapshot(String policy) {
        Compilation compilation = PolicyCompiler.compile(List.of(PolicyFile.of("policy.yaml", policy)), null);
        assertThat(compilation).as(compilation.toString()).isInstanceOf(Compilation.Compiled.class);
        return ((Compilation.Compiled) compilation).snapshot();
    }

    private static Principal principal(YamlMapping caller) {
        Set<Guid> groups = caller.optionalStrings("groups").stream()
                .map(group -> new Guid(group.text()))
                .collect(Collectors.toSet());
        YamlMapping written = caller.optionalMapping("claims");
        Map<String, PolicyValue> claims = written == null ? Map.of() : fields(written);
        String agent = caller.optionalString("agent");
        Principal.Attributes attributes = new Principal.Attributes(
                strings(caller, "authContexts"),
                agent == null ? Principal.Agent.NONE : Principal.Agent.valueOf(agent),
                caller.optionalBoolean("guest", false));
        String kind = caller.optionalString("kind");
        Guid app = guid(caller, "app");
        Guid oid = guid(caller, "oid");
        Set<String> roles = strings(caller, "roles");
        String token = caller.optionalString("token");
        caller.noOtherKeys();
        return new Principal(
                SOMEONE,
                oid,
                kind == null ? Principal.Kind.USER : Principal.Kind.valueOf(kind),
                app,
                groups,
                roles,
                token == null ? "" : token,
                NOW,
                Map.copyOf(claims),
                attributes);
    }

    private static Set<String> strings(YamlMapping caller, String key) {
        return caller.optionalStrings(key).stream().map(YamlScalar::text).collect(Collectors.toSet());
    }

    private static Guid guid(YamlMapping caller, String key) {
        String text = caller.optionalString(key);
        return text == null ? SOMEONE : new Guid(text);
    }

    private static Map<String, PolicyValue> fields(YamlMapping mapping) {
        Map<String, PolicyValue> fields = new HashMap<>();
        for (YamlMapping.Entry field : mapping.entries()) {
            fields.put(field.name(), value(field.value()));
        }
        return fields;
    }

    /** A document to look up, with fields of one level. */
    private record Given(ResourcePath path, Map<String, PolicyValue> fields) implements DocumentView {
        @Override
        public @Nullable PolicyValue value(FieldPath field) {
            return field.segments().size() == 1 ? fields.get(field.segments().get(0)) : null;
        }

        @Override
        public String id() {
            return path.segments().get(path.segments().size() - 1);
        }
    }

    private static PolicyValue value(YamlNode node) {
        if (node instanceof YamlSequence sequence) {
            List<PolicyValue> members = new ArrayList<>();
            sequence.forEach(member -> members.add(value(member)));
            return new PolicyValue.Array(members);
        }
        return switch (((YamlScalar) node).typed()) {
            case String text -> new PolicyValue.Text(text);
            case Long number -> new PolicyValue.Int(number);
            case Boolean bool -> new PolicyValue.Bool(bool);
            case null -> PolicyValue.Null.NULL;
            default -> throw new IllegalArgumentException(node.toString());
        };
    }
}
