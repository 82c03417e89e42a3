package io.firegate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.cli.GatewayStarter.Started;
import io.firegate.config.ConfigInput;
import io.firegate.config.ConfigLoad;
import io.firegate.config.ConfigLoader;
import io.firegate.config.GatewayConfig;
import io.firegate.config.HostPort;
import io.firegate.config.Limit;
import io.firegate.config.Limits;
import io.firegate.config.PathState;
import io.firegate.policy.yaml.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What lies under {@code docker/}: manifests that parse strictly and keep their promises, and configuration the program takes. */
class KubernetesManifestsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path MANIFESTS = ROOT.resolve("docker/kubernetes");
    private static final String USER = "65532";

    /** What {@code Gateway} allows its loops and its record to close. */
    private static final long CLOSE_MILLIS = 5_000;

    @TempDir
    Path mounted;

    /** A document of a manifest; paths are keys and indices joined by {@code /}. */
    record Resource(Path file, Map<?, ?> root) {
        String kind() {
            return text("kind");
        }

        @Nullable
        Object at(String path) {
            return KubernetesManifestsTest.at(root, path);
        }

        boolean isBeside(Path other) {
            return file.resolveSibling("x").equals(other.resolveSibling("x"));
        }

        String text(String path) {
            return String.valueOf(at(path));
        }

        @Override
        public String toString() {
            return file.getFileName() + ": " + kind() + " " + text("metadata/name");
        }
    }

    private static @Nullable Object at(@Nullable Object from, String path) {
        @Nullable Object here = from;
        for (String part : path.split("/", -1)) {
            here = switch (here) {
                case Map<?, ?> map -> map.get(part);
                case List<?> list -> list.get(Integer.parseInt(part));
                case null, default -> null;
            };
        }
        return here;
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    static List<Resource> resources() throws IOException {
        Load load = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build());
        List<Resource> resources = new ArrayList<>();
        try (Stream<Path> files = Files.walk(MANIFESTS)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                for (Object document : load.loadAllFromString(Files.readString(file))) {
                    assertThat(document).as(file.toString()).isInstanceOf(Map.class);
                    resources.add(new Resource(file, (Map<?, ?>) document));
                }
            }
        }
        return resources;
    }

    static List<Resource> deployments() throws IOException {
        return resources().stream()
                .filter(resource -> resource.kind().equals("Deployment"))
                .toList();
    }

    @Test
    void everyKindIsThere() throws IOException {
        assertThat(resources().stream().map(Resource::kind))
                .containsOnly(
                        "ConfigMap",
                        "Deployment",
                        "Kustomization",
                        "Service",
                        "HorizontalPodAutoscaler",
                        "PodDisruptionBudget",
                        "NetworkPolicy");
        assertThat(resources())
                .allSatisfy(resource -> assertThat(resource.text("apiVersion")).isNotEqualTo("null"));
    }

    @Test
    void theKustomizationNamesEveryFileBesideIt() throws IOException {
        Resource kustomization = resources().stream()
                .filter(resource -> resource.kind().equals("Kustomization"))
                .findFirst()
                .orElseThrow();
        try (Stream<Path> files = Files.list(kustomization.file().resolveSibling("."))) {
            assertThat(list(kustomization.at("resources")).stream().map(String::valueOf))
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(path -> path.getFileName().toString())
                                    .filter(name -> !name.equals("kustomization.yaml"))
                                    .toList());
        }
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void podsAreLockedDown(Resource deployment) {
        String pod = "spec/template/spec/";
        assertThat(deployment.at(pod + "automountServiceAccountToken")).isEqualTo(false);
        String context = pod + "securityContext/";
        assertThat(deployment.at(context + "runAsNonRoot")).isEqualTo(true);
        assertThat(deployment.text(context + "runAsUser")).isEqualTo(USER);
        assertThat(deployment.text(context + "fsGroup")).isEqualTo(USER);
        assertThat(deployment.text(context + "seccompProfile/type")).isEqualTo("RuntimeDefault");
        assertThat(containers(deployment)).allSatisfy(container -> {
            assertThat(at(container, "securityContext/allowPrivilegeEscalation"))
                    .isEqualTo(false);
            assertThat(at(container, "securityContext/readOnlyRootFilesystem")).isEqualTo(true);
            assertThat(list(at(container, "securityContext/capabilities/drop")).toString())
                    .isEqualTo("[ALL]");
            assertThat(at(container, "resources/requests/cpu")).isNotNull();
            assertThat(at(container, "resources/limits/memory"))
                    .isNotNull()
                    .isEqualTo(at(container, "resources/requests/memory"));
        });
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void selectorsMeetTheirPods(Resource deployment) {
        assertThat(deployment.at("spec/selector/matchLabels"))
                .isNotNull()
                .isEqualTo(deployment.at("spec/template/metadata/labels"));
    }

    @Test
    void whatPointsAtTheStandaloneGatewayMeetsIt() throws IOException {
        Object labels = standalone("Deployment").at("spec/template/metadata/labels");
        assertThat(standalone("Service").at("spec/selector")).isEqualTo(labels);
        assertThat(standalone("PodDisruptionBudget").at("spec/selector/matchLabels"))
                .isEqualTo(labels);
        assertThat(standalone("NetworkPolicy").at("spec/podSelector/matchLabels"))
                .isEqualTo(labels);
        assertThat(standalone("HorizontalPodAutoscaler").at("spec/scaleTargetRef/name"))
                .isEqualTo(standalone("Deployment").at("metadata/name"));
        assertThat(standalone("Deployment").at("spec/replicas")).isNull();
        Object port = at(gateway(standalone("Deployment")), "ports/0/name");
        assertThat(standalone("Service").at("spec/ports/0/targetPort")).isEqualTo(port);
        assertThat(standalone("NetworkPolicy").at("spec/ingress/0/ports/0/port"))
                .isEqualTo(port);
    }

    @Test
    void theStandaloneGatewayIsProbedWhereItsAdminListenerIs() throws IOException {
        Resource deployment = standalone("Deployment");
        Map<?, ?> gateway = gateway(deployment);
        assertThat(at(gateway, "ports/1/name")).isEqualTo("admin");
        HostPort admin = config(configuration(deployment)).admin().address();
        assertThat(admin.isLoopback()).isFalse();
        assertThat(at(gateway, "ports/1/containerPort")).isEqualTo(admin.port());
        Map<String, String> paths =
                Map.of("startupProbe", "/startupz", "readinessProbe", "/readyz", "livenessProbe", "/livez");
        paths.forEach((probe, path) -> {
            assertThat(at(gateway, probe + "/httpGet/path")).isEqualTo(path);
            assertThat(at(gateway, probe + "/httpGet/port")).isEqualTo("admin");
        });
    }

    @Test
    void theSidecarIsProbedByTheProgramAndNeverForReadiness() throws IOException {
        Resource deployment = deployments().stream()
                .filter(candidate -> candidate.file().endsWith("sidecar.yaml"))
                .findFirst()
                .orElseThrow();
        Map<?, ?> gateway = gateway(deployment);
        assertThat(at(gateway, "restartPolicy")).as("a native sidecar").isEqualTo("Always");
        assertThat(at(gateway, "readinessProbe"))
                .as("it would be its application's")
                .isNull();
        Path yaml = configuration(deployment);
        assertThat(config(yaml).admin().address().isLoopback()).isTrue();
        for (String probe : List.of("startupProbe", "livenessProbe")) {
            List<?> command = list(at(gateway, probe + "/exec/command"));
            assertThat(command.get(0)).isEqualTo("firegate");
            List<String> arguments = new ArrayList<>(
                    command.stream().skip(1).map(String::valueOf).toList());
            arguments.addAll(List.of("--config", yaml.toString()));
            arguments.addAll(overrides());
            // Whether somebody listens here or not: the command line was understood.
            assertThat(run(arguments)).as(probe + " " + command).isIn(ExitCode.OK.code(), ExitCode.PROBE_FAILED.code());
        }
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void theProgramTakesTheConfigurationOfTheConfigMap(Resource deployment) throws IOException {
        Path yaml = configuration(deployment);
        List<String> arguments = new ArrayList<>(List.of("run", "--config", yaml.toString()));
        arguments.addAll(overrides());
        AtomicBoolean reached = new AtomicBoolean();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        run(
                parts -> {
                    reached.set(true);
                    return new Started.Refused(List.of(Problem.ofFile("test", "enough", null)));
                },
                err,
                arguments);
        assertThat(reached).as(err.toString(UTF_8)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void theGracePeriodOutlastsTheDrain(Resource deployment) throws IOException {
        Limits limits = config(configuration(deployment)).limits();
        long needed = limits.getDuration(Limit.DRAIN_DELAY_MILLIS).toMillis()
                + limits.getDuration(Limit.DRAIN_MILLIS).toMillis()
                + CLOSE_MILLIS;
        long given = 1_000 * Long.parseLong(deployment.text("spec/template/spec/terminationGracePeriodSeconds"));
        assertThat(given).isGreaterThan(needed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker/compose.yaml", "docker/demo/gateway.yaml"})
    void theDemoStackParsesStrictly(String file) throws IOException {
        Load load = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build());
        assertThat(load.loadFromString(Files.readString(ROOT.resolve(file)))).isInstanceOf(Map.class);
    }

    @Test
    void theProgramTakesTheConfigurationOfTheDemoStack() throws IOException {
        Path yaml = mounted.resolve("gateway.yaml");
        Files.copy(ROOT.resolve("docker/demo/gateway.yaml"), yaml);
        Files.createDirectory(mounted.resolve("policy"));
        List<String> arguments = new ArrayList<>(List.of("config", "explain", "--config", yaml.toString()));
        arguments.addAll(overrides());
        assertThat(run(arguments)).isZero();
    }

    private static Resource standalone(String kind) throws IOException {
        return resources().stream()
                .filter(resource ->
                        resource.kind().equals(kind) && resource.isBeside(MANIFESTS.resolve("standalone/x")))
                .findFirst()
                .orElseThrow();
    }

    private static List<Map<?, ?>> containers(Resource deployment) {
        List<Map<?, ?>> containers = new ArrayList<>();
        for (String key : List.of("initContainers", "containers")) {
            for (Object container : list(deployment.at("spec/template/spec/" + key))) {
                containers.add((Map<?, ?>) container);
            }
        }
        return containers;
    }

    private static Map<?, ?> gateway(Resource deployment) {
        return containers(deployment).stream()
                .filter(container -> "firegate".equals(container.get("name")))
                .findFirst()
                .orElseThrow();
    }

    /** Lays out below {@link #mounted} what the pod's volumes put below /etc/firegate; the path of gateway.yaml. */
    private Path configuration(Resource deployment) throws IOException {
        for (Object mount : list(at(gateway(deployment), "volumeMounts"))) {
            String volume = String.valueOf(at(mount, "name"));
            Object source = list(deployment.at("spec/template/spec/volumes")).stream()
                    .filter(candidate -> volume.equals(at(candidate, "name")))
                    .findFirst()
                    .orElseThrow();
            Path target = mounted.resolve(
                    Path.of("/etc/firegate").relativize(Path.of(String.valueOf(at(mount, "mountPath")))));
            Map<?, ?> files = at(source, "secret") == null
                    ? configMap(deployment, String.valueOf(at(source, "configMap/name")))
                    : Map.of("tls.crt", "", "tls.key", "", "sealing.key", "");
            Object only = at(mount, "subPath");
            if (only == null) {
                Files.createDirectories(target);
                for (Map.Entry<?, ?> file : files.entrySet()) {
                    Files.writeString(target.resolve(String.valueOf(file.getKey())), String.valueOf(file.getValue()));
                }
            } else {
                Files.writeString(target, String.valueOf(files.get(only)));
            }
        }
        return mounted.resolve("gateway.yaml");
    }

    private static Map<?, ?> configMap(Resource deployment, String name) throws IOException {
        return resources().stream()
                .filter(resource -> resource.kind().equals("ConfigMap")
                        && resource.text("metadata/name").equals(name)
                        && resource.isBeside(deployment.file()))
                .map(resource -> resource.at("data") instanceof Map<?, ?> data ? data : Map.of())
                .findFirst()
                .orElseThrow();
    }

    /** Not every machine that runs tests has a /dev/stdout. */
    private List<String> overrides() {
        return List.of("--set", "audit.file=" + mounted.resolve("audit.jsonl"));
    }

    private GatewayConfig config(Path yaml) throws IOException {
        ConfigInput input = new ConfigInput(
                yaml.toString(),
                mounted,
                Files.readAllBytes(yaml),
                Map.of(),
                List.of("audit.file=" + mounted.resolve("audit.jsonl")),
                path -> Files.isDirectory(path)
                        ? PathState.DIRECTORY
                        : Files.exists(path) ? PathState.FILE : PathState.MISSING);
        return switch (ConfigLoader.load(input)) {
            case ConfigLoad.Loaded loaded -> loaded.config();
            case ConfigLoad.Refused refused -> throw new AssertionError(refused.render());
        };
    }

    private static int run(List<String> arguments) {
        return run(
                parts -> {
                    throw new IllegalStateException("not to be started");
                },
                new ByteArrayOutputStream(),
                arguments);
    }

    private static int run(GatewayStarter starter, ByteArrayOutputStream said, List<String> arguments) {
        try (PrintStream stream = new PrintStream(said, true, UTF_8)) {
            return Main.run(
                    arguments,
                    new Surroundings(Map.of(), ROOT, stream, stream, InstantSource.system(), (name, action) -> {}),
                    starter);
        }
    }
}
