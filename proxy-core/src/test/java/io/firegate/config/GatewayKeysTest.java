package io.firegate.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.config.Setting.Presence;
import io.firegate.policy.yaml.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What must hold for every key of gateway.yaml, and the reference page made from them. */
class GatewayKeysTest {
    private static final Path PAGE = Path.of("../docs/configuration.md");

    @Test
    void everyKeyIsRequiredOrSaysWhatItsAbsenceMeans() {
        walk((path, setting) -> {
            assertThat(setting.description()).as(path).isNotBlank().doesNotEndWith(".");
            switch (setting.presence()) {
                case Presence.Required required -> {}
                case Presence.Absent absent ->
                    assertThat(absent.meaning()).as(path).isNotBlank();
                case Presence.Section section ->
                    assertThat(setting.shape()).as(path).isInstanceOf(Shape.Section.class);
                case Presence.Default fallback -> {
                    Problems problems = new Problems();
                    ConfigNode node = Overrides.parseValue(fallback.yaml(), new Origin.Default(), problems);
                    assertThat(node).as(path).isNotNull();
                    if (setting.shape() instanceof Shape.Scalar scalar && node instanceof ConfigNode.Scalar value) {
                        String text = value.in(scalar.type().form());
                        assertThat(text).as(path).isNotNull();
                        assertThat(scalar.type().read(String.valueOf(text)))
                                .as(path)
                                .isInstanceOf(ScalarType.Reading.Good.class);
                    }
                    assertThat(problems.hasErrors()).as(path).isFalse();
                }
            }
        });
    }

    @Test
    void noTwoSettingsShareAVariable() {
        Map<String, String> paths = new HashMap<>();
        walk((path, setting) -> {
            String other = paths.put(variable(path), path);
            assertThat(other).as("also means %s", path).isNull();
        });
    }

    /** Kubernetes sets these in every pod beside a Service named firegate: they are ignored, so no setting may look like one. */
    @Test
    void noSettingLooksLikeAServiceLink() {
        walk((path, setting) -> assertThat(variable(path))
                .doesNotMatch(".*_PORT")
                .doesNotMatch(".*_SERVICE_.*")
                .doesNotMatch(".*_PORT_[0-9].*"));
    }

    @Test
    void everyLimitIsAKey() {
        List<String> keys = new ArrayList<>();
        walk((path, setting) -> keys.add(path));
        for (Limit limit : Limit.values()) {
            assertThat(keys).contains("limits." + limit.key());
            assertThat(limit.reason()).isNotBlank();
            assertThat(limit.defaultValue()).isBetween(limit.min(), limit.max());
        }
    }

    /** {@code -Dupdate-goldens} writes the page anew. */
    @Test
    void theReferencePageIsUpToDate() throws IOException {
        String page = page();
        if (System.getProperty("update-goldens") != null) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE))
                .as("run: mvn -pl proxy-core -am test -Dtest=GatewayKeysTest -Dupdate-goldens")
                .isEqualTo(page);
    }

    private static void walk(BiConsumer<String, Setting> visitor) {
        walk(GatewayKeys.ROOT, "", visitor);
    }

    private static void walk(Shape shape, String path, BiConsumer<String, Setting> visitor) {
        switch (shape) {
            case Shape.Section section -> {
                for (Setting setting : section.settings()) {
                    String below = path.isEmpty() ? setting.key() : path + "." + setting.key();
                    visitor.accept(below, setting);
                    walk(setting.shape(), below, visitor);
                }
            }
            case Shape.ListOf list -> walk(list.item(), path + ".N", visitor);
            case Shape.MapOf map -> walk(map.value(), path + ".NAME", visitor);
            case Shape.Scalar scalar -> {}
            case Shape.NotYet notYet -> {}
        }
    }

    private static String variable(String path) {
        StringBuilder out = new StringBuilder("FIREGATE");
        for (String part : path.split("\\.", -1)) {
            out.append('_').append(Overrides.variablePart(part));
        }
        return out.toString();
    }

    private static String page() {
        StringBuilder out = new StringBuilder("""
                # Configuration

                One file, `gateway.yaml`, in strict YAML: an unknown key, a key written twice, a value of another type or a value out of
                its range is refused, all of them at once, each as `file:line:column` with the fix. `firegate config explain` prints
                every setting in force and where its value came from. This page is made from the program's own table of keys
                (`mvn -pl proxy-core -am test -Dtest=GatewayKeysTest -Dupdate-goldens`); a test fails when it is out of date.

                ## Layers

                default < file < environment < `--set`; the later one wins.

                - **File**: `--config FILE`, else `$FIREGATE_CONFIG`, else `./gateway.yaml`. Relative paths in any layer start at the
                  file's directory.
                - **Environment**: `FIREGATE_`, then each part of the key's path in upper case, joined by `_`, which also stands between
                  the words of a part; a number is a word. `limits.requestBytes` is `FIREGATE_LIMITS_REQUEST_BYTES`,
                  `limits.resetsPer30Seconds` is `FIREGATE_LIMITS_RESETS_PER_30_SECONDS`, the first listener's address is
                  `FIREGATE_LISTENERS_0_ADDRESS`, the kind of credential `clinical-staff` is `FIREGATE_CREDENTIALS_CLINICAL_STAFF_KIND`.
                  A variable can change an entry of `credentials`, not add one. A `FIREGATE_` variable that means nothing, or two
                  things, is refused. Not settings and left alone: `FIREGATE_CONFIG`, `FIREGATE_JAVA_OPTS`, and what Kubernetes sets for
                  a Service named `firegate` (`FIREGATE_SERVICE_HOST`, `FIREGATE_PORT`, `FIREGATE_PORT_8080_TCP_ADDR` and their like).
                - **Command line**: `--set key=value`, as often as needed: `--set listeners.0.address=127.0.0.1:9090`. The key is the path
                  with dots, a list item by its number from 0.

                A list or a named map may also be set whole, in YAML: `--set 'tenants.0.audiences=[a, b]'`. The number after the last
                item adds one.

                ## Keys

                `N` is the number of a list item, `NAME` a name of your choice (lower-case letters, digits, hyphens).

                | key | value | default | meaning |
                | --- | --- | --- | --- |
                """);
        walk((path, setting) -> {
            if (!path.startsWith("limits.") && !(setting.shape() instanceof Shape.NotYet)) {
                row(out, path, setting);
            }
        });
        out.append("""

                ## Limits

                Below `limits`. Times are in milliseconds, sizes in bytes.

                | limit | default | from | to | why |
                | --- | ---: | ---: | ---: | --- |
                """);
        for (Limit limit : Limit.values()) {
            out.append("| `%s` | %d | %d | %d | %s |%n"
                    .formatted(limit.key(), limit.defaultValue(), limit.min(), limit.max(), limit.reason()));
        }
        out.append("""

                `tokenBytes` may not be above `headerBlockBytes`, `requestBytes` not above `requestBytesTotal`, `policyFileBytes` not
                above `policyBytes`.

                ## Not in this version

                These keys are refused, not ignored:

                """);
        walk((path, setting) -> {
            if (setting.shape() instanceof Shape.NotYet notYet) {
                out.append("- `")
                        .append(path)
                        .append("`: ")
                        .append(notYet.instead())
                        .append('\n');
            }
        });
        return out.toString();
    }

    private static void row(StringBuilder out, String path, Setting setting) {
        String value = switch (setting.shape()) {
            case Shape.Scalar scalar -> scalar.type().described();
            case Shape.ListOf list ->
                list.item() instanceof Shape.Scalar scalar
                        ? "list of " + scalar.type().described()
                        : "list";
            case Shape.MapOf map -> "named map";
            default -> "section";
        };
        String fallback = switch (setting.presence()) {
            case Presence.Required required -> "**required**";
            case Presence.Default given -> "`" + given.yaml() + "`";
            case Presence.Absent absent -> "absent: " + absent.meaning();
            case Presence.Section section -> "";
        };
        out.append("| `%s` | %s | %s | %s |%n"
                .formatted(
                        path,
                        value.replace("|", "\\|"),
                        fallback,
                        setting.description().replace("|", "\\|")));
    }
}
