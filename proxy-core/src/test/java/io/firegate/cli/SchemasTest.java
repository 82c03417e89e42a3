package io.firegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.config.GatewaySchema;
import io.firegate.policy.PolicySchema;
import io.firegate.policy.indexes.QueryShapeSchema;
import io.firegate.policy.schema.JsonSchema;
import io.firegate.policy.suite.SuiteSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code config/schema} is what the program says of its files, and the samples name it. */
class SchemasTest {
    private static final Path CONFIG = Path.of("../config");
    private static final Pattern MODELINE = Pattern.compile("# yaml-language-server: \\$schema=(\\S+)");

    enum Schema {
        POLICY("policy.schema.json", "firegate policy", PolicySchema.schema()),
        SUITE("policy-test.schema.json", "firegate policy test", SuiteSchema.schema()),
        QUERIES("queries.schema.json", "firegate policy indexes", QueryShapeSchema.schema()),
        GATEWAY("gateway.schema.json", "firegate gateway.yaml", GatewaySchema.schema());

        private final Path file;
        private final String text;

        Schema(String name, String title, JsonSchema schema) {
            this.file = CONFIG.resolve("schema").resolve(name);
            this.text = schema.render(title);
        }
    }

    /** {@code -Dupdate-goldens} writes it anew. */
    @ParameterizedTest
    @EnumSource
    void theFileIsUpToDate(Schema schema) throws IOException {
        if (System.getProperty("update-goldens") != null) {
            Files.createDirectories(schema.file.getParent());
            Files.writeString(schema.file, schema.text);
        }
        assertThat(Files.readString(schema.file))
                .as("run: mvn -pl proxy-core -am test -Dtest=SchemasTest -Dupdate-goldens")
                .isEqualTo(schema.text);
    }

    @Test
    void everySampleNamesTheSchemaOfItsKind() throws IOException {
        try (Stream<Path> files = Files.walk(CONFIG)) {
            List<Path> samples =
                    files.filter(file -> file.toString().endsWith(".yaml")).toList();
            assertThat(samples).hasSizeGreaterThan(3);
            for (Path sample : samples) {
                String name = sample.getFileName().toString();
                Schema schema = name.equals("gateway.yaml")
                        ? Schema.GATEWAY
                        : name.equals("queries.yaml")
                                ? Schema.QUERIES
                                : name.endsWith("_test.yaml") ? Schema.SUITE : Schema.POLICY;
                Matcher line = MODELINE.matcher(Files.readString(sample));
                assertThat(line.find()).as("%s names its schema", sample).isTrue();
                assertThat(sample.resolveSibling(line.group(1)).normalize()).isEqualTo(schema.file.normalize());
            }
        }
    }
}
