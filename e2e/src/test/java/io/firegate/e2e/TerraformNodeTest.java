package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Terraform files as HashiCorp's own parser reads them ({@code e2e/node/hcl.js}): all of them are good, and nothing is named that is not
 * declared. What the providers ask for beyond that is SetupFilesTest's. Runs in the profile {@code node}.
 */
@Tag("node")
class TerraformNodeTest {
    private static final Duration WITHIN = Duration.ofMinutes(1);

    @Test
    void everyFileIsGoodAndEveryNameDeclared(@TempDir Path directory) throws Exception {
        NodeFolder node = new NodeFolder(directory);
        Path own = Path.of("../config/terraform").toAbsolutePath().normalize();
        assertThat(read(node, own))
                .contains("declared google_iam_workload_identity_pool_provider.firegate", "declared var.tenant_id")
                .noneMatch(line -> line.startsWith("missing"));

        Path spoiled = Files.createDirectories(directory.resolve("spoiled"));
        try (Stream<Path> files = Files.list(own)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".tf")).toList()) {
                Files.writeString(
                        spoiled.resolve(file.getFileName()),
                        Files.readString(file).replace("var.pool_project", "var.pool_projekt"));
            }
        }
        assertThat(read(node, spoiled)).contains("missing google.tf var.pool_projekt");
        Files.writeString(spoiled.resolve("more.tf"), "output \"x\" { value = ");
        assertThatThrownBy(() -> read(node, spoiled)).hasMessageContaining("more.tf");
    }

    private static List<String> read(NodeFolder node, Path folder) throws IOException, InterruptedException {
        return node.run(WITHIN, "node", "hcl.js", folder.toString());
    }
}
