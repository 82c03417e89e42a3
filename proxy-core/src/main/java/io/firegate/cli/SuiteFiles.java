package io.firegate.cli;

import io.firegate.config.Limit;
import io.firegate.config.Limits;
import io.firegate.policy.suite.Suite;
import io.firegate.policy.suite.SuiteReader;
import io.firegate.policy.yaml.Problem;
import io.firegate.policy.yaml.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The suites beside a policy on disk: every {@code *_test.yaml} at any depth; what begins with a dot is not looked at. */
final class SuiteFiles {
    /** As deep as policy files may lie. */
    private static final int DEPTH_MAX = 8;

    private SuiteFiles() {}

    /** Reads them in the order of their paths. */
    static List<Suite> read(LoadedPolicy.Ready policy, Problems problems) {
        List<Suite> suites = new ArrayList<>();
        Limits limits = policy.limits();
        int bytesMax = limits.getInt(Limit.POLICY_FILE_BYTES);
        try {
            List<Path> paths = paths(policy.dir());
            if (paths.size() > limits.getInt(Limit.POLICY_FILES)) {
                problems.add(Problem.ofFile(
                        policy.shownAs().toString(),
                        "more than " + limits.getInt(Limit.POLICY_FILES) + " suites",
                        "raise `limits." + Limit.POLICY_FILES.key() + "`"));
                return suites;
            }
            for (Path path : paths) {
                String name =
                        policy.shownAs().resolve(policy.dir().relativize(path)).toString();
                try (InputStream in = Files.newInputStream(path)) {
                    byte[] bytes = in.readNBytes(bytesMax + 1);
                    if (bytes.length > bytesMax) {
                        problems.add(
                                Problem.ofFile(name, "the file is larger than " + bytesMax + " bytes", "split it"));
                    } else {
                        SuiteReader.read(name, bytes, problems).ifPresent(suites::add);
                    }
                } catch (IOException e) {
                    problems.add(Problem.ofFile(name, "it cannot be read", null));
                }
            }
            if (paths.isEmpty()) {
                // A mistyped directory must not pass for one whose tests pass.
                problems.add(Problem.ofFile(
                        policy.shownAs().toString(),
                        "no suite in this directory",
                        "put a *_test.yaml beside the policy"));
            }
        } catch (IOException | UncheckedIOException e) {
            problems.add(Problem.ofFile(policy.shownAs().toString(), "it cannot be read", null));
        }
        return suites;
    }

    private static List<Path> paths(Path dir) throws IOException {
        try (Stream<Path> walk = Files.walk(dir, DEPTH_MAX)) {
            return walk.filter(path -> Suite.isSuite(path.getFileName().toString()) && Files.isRegularFile(path))
                    .filter(path -> StreamSupport.stream(dir.relativize(path).spliterator(), false)
                            .noneMatch(part -> part.toString().startsWith(".")))
                    .sorted()
                    .toList();
        }
    }
}
