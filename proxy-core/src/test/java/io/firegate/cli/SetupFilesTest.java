package io.firegate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.auth.federation.GatewayIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The set-up scripts, run with an az and a gcloud that write down what they are asked, and the Terraform files, read by a small parser: what
 * they name and map is what the program expects. {@code -Dupdate-goldens} writes what the scripts ask anew.
 */
class SetupFilesTest {
    private static final Path CONFIG = Path.of("../config");
    private static final Path GOLDENS = Path.of("src/test/resources/setup");

    /** What the google and azuread providers cannot do without, as far as it is used here. */
    private static final Map<String, Set<String>> REQUIRED = Map.of(
            "google_iam_workload_identity_pool", Set.of("workload_identity_pool_id"),
            "google_iam_workload_identity_pool_provider",
                    Set.of(
                            "workload_identity_pool_id",
                            "workload_identity_pool_provider_id",
                            "attribute_condition",
                            "oidc"),
            "google_service_account", Set.of("account_id"),
            "google_project_iam_member", Set.of("project", "role", "member", "condition"),
            "google_service_account_iam_member", Set.of("service_account_id", "role", "member"),
            "google_project_service", Set.of("service"),
            "azuread_application", Set.of("display_name", "api"),
            "azuread_service_principal", Set.of("client_id", "app_role_assignment_required"),
            "azuread_app_role_assignment", Set.of("app_role_id", "principal_object_id", "resource_object_id"),
            "azuread_application_identifier_uri", Set.of("application_id", "identifier_uri"));

    @TempDir
    private Path directory;

    /** Answers as the real commands would where nothing exists yet. */
    private static final String AZ = """
            #!/usr/bin/env bash
            printf 'az' >>"$CALLS"; for a in "$@"; do printf ' %q' "$a"; done >>"$CALLS"
            echo >>"$CALLS"
            for a in "$@"; do case $a in @*) cat "${a#@}" >>"$CALLS" ;; esac; done
            case "$1 $2 $3" in
              'ad app list') ;;
              'ad app create') case "$*" in *Google*) echo FEDERATION ;; *) echo API ;; esac ;;
              'ad sp show') [ -f "$CALLS.sp-$5" ] && echo "SP-$5" || exit 3 ;;
              'ad sp create') touch "$CALLS.sp-$5"; echo "SP-$5" ;;
            esac
            """;

    private static final String GCLOUD = """
            #!/usr/bin/env bash
            printf 'gcloud' >>"$CALLS"; for a in "$@"; do printf ' %q' "$a"; done >>"$CALLS"
            echo >>"$CALLS"
            case "$*" in
              *' describe '*projectNumber*) echo 123456 ;;
              *'projects describe'*) echo 123456 ;;
              *' describe '*) exit 1 ;;
            esac
            """;

    @Test
    void theEntraScriptAsksForWhatFiregateNeeds() throws Exception {
        String calls = run("entra.sh", Map.of("PROXY_IDENTITY", "PROXY-OID"));
        expect("entra.txt", calls);
        assertThat(calls)
                .contains(
                        "\"requestedAccessTokenVersion\": 2",
                        "Data.Access",
                        "idtyp",
                        "acct",
                        "xms_cc",
                        "ApplicationGroup")
                .contains("appRoleAssignmentRequired=true");
        assertThat(Files.readString(CONFIG.resolve("gateway.yaml"))).contains("scope: Data.Access");
        assertThat(Files.readString(CONFIG.resolve("policy/clinic.yaml"))).contains("Firestore.Admin");
    }

    @Test
    void theGoogleScriptAsksForWhatFiregateNeeds() throws Exception {
        String calls = run(
                "google.sh",
                Map.of(
                        "TENANT", "TENANT-ID",
                        "PROXY_IDENTITY", "PROXY-OID",
                        "FEDERATION_CLIENT_ID", "FEDERATION",
                        "PROJECT", "clinic-prod",
                        "POOL_PROJECT", "clinic-identity",
                        "JWKS", "jwks.json"));
        expect("google.txt", calls);
        assertThat(calls).contains("--attribute-mapping=" + GatewayIssuer.ATTRIBUTE_MAPPING);
        assertThat(calls.lines().filter(line -> line.contains("create-oidc")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("--attribute-condition=assertion.tid=="));
        assertThat(calls.lines().filter(line -> line.contains("projects add-iam-policy-binding")))
                .hasSize(4)
                .allSatisfy(line -> assertThat(line).contains("databases/"));
        for (String credential : credentials()) {
            assertThat(calls).contains("attribute.credential/" + credential, "firegate-" + credential + "@clinic-prod");
        }
    }

    /** The names the sample policy's tiers use. */
    private static Set<String> credentials() throws IOException {
        return Pattern.compile("credential: ([a-z-]+)")
                .matcher(Files.readString(CONFIG.resolve("policy/clinic.yaml")))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theDocumentationMapsTheSame() throws IOException {
        assertThat(Files.readString(Path.of("../docs/google-credentials.md")))
                .contains("--attribute-mapping='" + GatewayIssuer.ATTRIBUTE_MAPPING + "'");
    }

    private String run(String script, Map<String, String> environment) throws IOException, InterruptedException {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        executable(bin.resolve("az"), AZ);
        executable(bin.resolve("gcloud"), GCLOUD);
        Path calls = directory.resolve("calls");
        Files.writeString(calls, "");
        ProcessBuilder builder = new ProcessBuilder(
                        "bash",
                        CONFIG.resolve("setup")
                                .resolve(script)
                                .toAbsolutePath()
                                .normalize()
                                .toString())
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("PATH", bin + ":" + builder.environment().get("PATH"));
        builder.environment().put("CALLS", calls.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return (Files.readString(calls).replace("\\,", ",") + "---\n" + said).replaceAll("@\\S*/tmp\\.\\w+/", "@TMP/");
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private static void expect(String name, String found) throws IOException {
        Path golden = GOLDENS.resolve(name);
        if (System.getProperty("update-goldens") != null) {
            Files.writeString(golden, found);
        }
        assertThat(found).isEqualTo(Files.readString(golden));
    }

    /** One block of a Terraform file and what stands directly in it. */
    private record Block(String type, List<String> labels, Set<String> members, String text) {}

    private static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        try (Stream<Path> files = Files.list(CONFIG.resolve("terraform"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".tf"))
                    .sorted()
                    .toList()) {
                blocks.addAll(blocks(file));
            }
        }
        return blocks;
    }

    private static final Pattern HEAD = Pattern.compile("([a-z_]+)((?: \"[^\"]+\")*) \\{(\\})?");
    private static final Pattern MEMBER = Pattern.compile("([a-z_]+|\"[a-z.]+\")(?: +=.*| \\{\\}?)");

    private static List<Block> blocks(Path file) throws IOException {
        List<Block> blocks = new ArrayList<>();
        Deque<Character> open = new ArrayDeque<>();
        Block current = null;
        StringBuilder text = new StringBuilder();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            String place = file.getFileName() + ":" + number + ": " + line;
            assertThat(line).as(place).doesNotContain("\t").doesNotEndWith(" ");
            String code = line.strip().startsWith("#") ? "" : line.strip();
            int closing = code.startsWith("}") || code.startsWith("]") ? 1 : 0;
            if (!code.isEmpty()) {
                int indent = line.length() - line.stripLeading().length();
                assertThat(indent).as(place).isEqualTo(2 * (open.size() - closing));
            }
            if (open.isEmpty() && !code.isEmpty()) {
                Matcher head = HEAD.matcher(code);
                assertThat(head.matches()).as(place).isTrue();
                List<String> labels = Pattern.compile("\"([^\"]+)\"")
                        .matcher(head.group(2))
                        .results()
                        .map(label -> label.group(1))
                        .toList();
                text.setLength(0);
                current = new Block(head.group(1), labels, new HashSet<>(), "");
                if (head.group(3) != null) {
                    blocks.add(current);
                    continue;
                }
            } else if (current != null && open.size() == 1 && !code.isEmpty() && closing == 0) {
                Matcher member = MEMBER.matcher(code);
                assertThat(member.matches()).as(place).isTrue();
                current.members().add(member.group(1));
            }
            text.append(code).append('\n');
            String bare = code.replaceAll("\"(?:\\\\.|\\$\\{[^}]*}|[^\"\\\\])*\"", "\"\"");
            assertThat(bare.chars().filter(c -> c == '"').count() % 2).as(place).isZero();
            for (int i = 0; i < bare.length(); i++) {
                char c = bare.charAt(i);
                switch (c) {
                    case '{', '[', '(' -> open.push(c);
                    case '}', ']', ')' -> {
                        assertThat(open).as(place).isNotEmpty();
                        assertThat("" + open.pop() + c).as(place).isIn("{}", "[]", "()");
                    }
                    default -> {}
                }
            }
            if (open.isEmpty() && current != null && !code.isEmpty()) {
                blocks.add(new Block(current.type(), current.labels(), current.members(), text.toString()));
                current = null;
            }
        }
        assertThat(open).as("open at the end of " + file).isEmpty();
        return blocks;
    }

    @Test
    void terraformReferencesResolveAndNothingRequiredIsMissing() throws IOException {
        List<Block> blocks = blocks();
        Set<String> variables = new TreeSet<>();
        Set<String> resources = new TreeSet<>();
        for (Block block : blocks) {
            switch (block.type()) {
                case "variable" -> {
                    variables.add("var." + block.labels().get(0));
                    assertThat(block.members()).as(block.labels().toString()).contains("type", "description");
                }
                case "resource" -> {
                    resources.add(String.join(".", block.labels()));
                    assertThat(block.members())
                            .as(block.labels().toString())
                            .containsAll(REQUIRED.getOrDefault(block.labels().get(0), Set.of()));
                }
                case "data" -> resources.add("data." + String.join(".", block.labels()));
                default -> assertThat(block.type()).isIn("terraform", "provider", "output");
            }
        }
        Set<String> named = new TreeSet<>();
        for (Block block : blocks) {
            for (MatchResult found : Pattern.compile(
                            "\\b(var\\.[a-z_]+|(?:data\\.)?(?:google|azuread|random)_[a-z_]+\\.[a-z_]+)")
                    .matcher(block.text())
                    .results()
                    .toList()) {
                named.add(found.group(1));
                assertThat(Stream.concat(variables.stream(), resources.stream()))
                        .as(block.labels() + " names " + found.group(1))
                        .contains(found.group(1));
            }
        }
        assertThat(named).as("a variable nobody uses").containsAll(variables);
    }

    @Test
    void terraformMapsAndNamesWhatTheProgramExpects() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        blocks().forEach(block -> texts.put(String.join(".", block.labels()), block.text()));
        String provider = texts.get("google_iam_workload_identity_pool_provider.firegate");
        for (String pair : GatewayIssuer.ATTRIBUTE_MAPPING.split(",", -1)) {
            String[] sides = pair.split("=", 2);
            assertThat(provider)
                    .containsPattern("\"" + Pattern.quote(sides[0]) + "\" += \"" + Pattern.quote(sides[1]) + "\"");
        }
        assertThat(Pattern.compile("\" += \"assertion")
                        .matcher(provider)
                        .results()
                        .count())
                .isEqualTo(Arrays.stream(GatewayIssuer.ATTRIBUTE_MAPPING.split(",", -1))
                        .count());
        assertThat(texts.get("google_project_iam_member.callers")).contains("/attribute.credential/${each.key}");
        for (String binding : List.of("google_project_iam_member.callers", "google_project_iam_member.tier")) {
            assertThat(texts.get(binding)).contains("resource.name==");
        }
        assertThat(texts.get("variable.credentials") == null ? texts.get("credentials") : "")
                .contains(credentials().toArray(String[]::new));
        assertThat(texts.get("azuread_application.api"))
                .contains("requested_access_token_version = 2", "\"Data.Access\"", "\"Firestore.Admin\"")
                .contains("name = \"idtyp\"", "name = \"acct\"", "name = \"xms_cc\"");
    }
}
