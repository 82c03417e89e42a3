package io.firegate.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.config.Limit;
import io.firegate.config.Limits;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.yaml.Problem;
import io.firegate.reload.PolicySource.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyDirectoryTest {
    @TempDir
    Path temp = Path.of("");

    Path dir = Path.of("");

    @BeforeEach
    void makeDirectory() throws IOException {
        dir = Files.createDirectory(temp.resolve("policy"));
    }

    private PolicyDirectory directory(Map<Limit, Long> limits) {
        return new PolicyDirectory(dir, Path.of("policy"), new Limits(limits));
    }

    private Reading read() {
        return directory(Map.of()).read();
    }

    private static List<String> names(Reading reading) {
        assertThat(reading).isInstanceOf(Reading.Files.class);
        return ((Reading.Files) reading).files().stream().map(PolicyFile::path).toList();
    }

    private static String problems(Reading reading) {
        assertThat(reading).isInstanceOf(Reading.Refused.class);
        return String.join(
                "\n",
                ((Reading.Refused) reading)
                        .problems().stream().map(Problem::render).toList());
    }

    private Path write(String name, String text) throws IOException {
        Path file = dir.resolve(name);
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        return Files.writeString(file, text);
    }

    @Test
    void readsEveryPolicyFileInPathOrder() throws IOException {
        write("b.yaml", "b");
        write("a.yaml", "a");
        write("a/z.yaml", "z");
        write("a_test.yaml", "not policy");
        write("README.md", "not policy");
        write(".a.yaml.swp", "an editor's");
        write(".hidden.yaml", "hidden");
        write(".git/x.yaml", "hidden");
        assertThat(names(read())).containsExactly("a.yaml", "a/z.yaml", "b.yaml");
    }

    @Test
    void followsAConfigMapAndSeesItsSwap() throws IOException {
        Path first = Files.createDirectory(dir.resolve("..2026_11_22_10_00"));
        Files.writeString(first.resolve("p.yaml"), "one");
        Files.createSymbolicLink(dir.resolve("..data"), Path.of("..2026_11_22_10_00"));
        Files.createSymbolicLink(dir.resolve("p.yaml"), Path.of("..data/p.yaml"));
        Files.createDirectory(first.resolve("sub"));
        Files.writeString(first.resolve("sub/q.yaml"), "q");
        Files.createSymbolicLink(dir.resolve("sub"), Path.of("..data/sub"));
        PolicyDirectory directory = directory(Map.of());
        Reading before = directory.read();
        assertThat(names(before)).containsExactly("p.yaml", "sub/q.yaml");
        String state = directory.state();

        Path second = Files.createDirectory(dir.resolve("..2026_11_22_11_00"));
        Files.writeString(second.resolve("p.yaml"), "two");
        Files.createDirectory(second.resolve("sub"));
        Files.writeString(second.resolve("sub/q.yaml"), "q");
        Files.createSymbolicLink(dir.resolve("..data_tmp"), Path.of("..2026_11_22_11_00"));
        Files.move(dir.resolve("..data_tmp"), dir.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

        assertThat(directory.state()).isNotEqualTo(state);
        Reading after = directory.read();
        assertThat(names(after)).containsExactly("p.yaml", "sub/q.yaml");
        assertThat(((Reading.Files) after).digest()).isNotEqualTo(((Reading.Files) before).digest());
    }

    @Test
    void theSameBytesHaveTheSameDigestAnywhere() throws IOException {
        write("p.yaml", "same");
        Reading.Files before = (Reading.Files) read();
        write("p.yaml", "same");
        Reading.Files after = (Reading.Files) read();
        assertThat(after.digest()).isEqualTo(before.digest());
    }

    @Test
    void aNameIsPartOfTheDigest() throws IOException {
        write("a.yaml", "bc");
        String one = ((Reading.Files) read()).digest();
        Files.delete(dir.resolve("a.yaml"));
        write("ab.yaml", "c");
        assertThat(((Reading.Files) read()).digest()).isNotEqualTo(one);
    }

    @Test
    void refusesALinkOutOfTheDirectory() throws IOException {
        write("a.yaml", "a");
        Files.writeString(temp.resolve("outside.yaml"), "outside");
        Files.createSymbolicLink(dir.resolve("b.yaml"), temp.resolve("outside.yaml"));
        assertThat(problems(read())).contains("policy/b.yaml").contains("leads out of the policy directory");
    }

    @Test
    void refusesALinkedFolderOutOfTheDirectory() throws IOException {
        write("a.yaml", "a");
        Files.createDirectory(temp.resolve("other"));
        Files.createSymbolicLink(dir.resolve("more"), temp.resolve("other"));
        assertThat(problems(read())).contains("policy/more").contains("leads out of the policy directory");
    }

    @Test
    void refusesALinkThatLoops() throws IOException {
        write("a.yaml", "a");
        Files.createSymbolicLink(dir.resolve("loop"), Path.of("."));
        assertThat(problems(read())).contains("a link that loops");
    }

    @Test
    void refusesABrokenLink() throws IOException {
        write("a.yaml", "a");
        Files.createSymbolicLink(dir.resolve("b.yaml"), Path.of("gone.yaml"));
        assertThat(problems(read())).contains("policy/b.yaml").contains("leads nowhere");
    }

    @Test
    void refusesWhatLooksLikePolicyAndIsNotRead() throws IOException {
        write("a.yaml", "a");
        write("deny.yml", "deny");
        write("DENY.YAML", "deny");
        assertThat(problems(read())).contains("policy/deny.yml").contains("policy/DENY.YAML");
    }

    @Test
    void refusesWhatIsNotAFile() throws IOException, InterruptedException {
        write("a.yaml", "a");
        Process mkfifo = new ProcessBuilder("mkfifo", dir.resolve("pipe.yaml").toString()).start();
        assertThat(mkfifo.waitFor()).isZero();
        assertThat(problems(read())).contains("policy/pipe.yaml: not a file");
    }

    @Test
    void refusesAnEmptyOrMissingDirectory() throws IOException {
        assertThat(problems(read())).contains("policy: no policy file");
        Files.delete(dir);
        assertThat(problems(read())).contains("policy: it is not there");
    }

    @Test
    void keepsItsLimits() throws IOException {
        write("a.yaml", "x".repeat(1025));
        write("b.yaml", "x".repeat(1024));
        assertThat(problems(directory(Map.of(Limit.POLICY_FILE_BYTES, 1024L)).read()))
                .contains("policy/a.yaml")
                .contains("limits.policyFileBytes")
                .doesNotContain("b.yaml");
        assertThat(problems(directory(Map.of(Limit.POLICY_BYTES, 2048L)).read()))
                .contains("policy/b.yaml")
                .contains("limits.policyBytes");
        assertThat(problems(directory(Map.of(Limit.POLICY_FILES, 1L)).read()))
                .contains("policy/b.yaml")
                .contains("limits.policyFiles");
    }

    @Test
    void theStateTellsEditsAdditionsAndRemovals() throws IOException {
        PolicyDirectory directory = directory(Map.of());
        String empty = directory.state();
        Path file = write("a.yaml", "one");
        String one = directory.state();
        Files.writeString(file, "longer");
        String longer = directory.state();
        Path other = write("other", "an editor's save: same size, moved over");
        Files.writeString(other, "LONGER");
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
        String moved = directory.state();
        Files.delete(file);
        assertThat(List.of(empty, one, longer, moved)).doesNotHaveDuplicates();
        assertThat(directory.state()).isEqualTo(empty);
    }
}
