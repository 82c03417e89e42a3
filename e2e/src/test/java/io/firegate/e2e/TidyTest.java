package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What holds for every file of the tree and no compiler checks. Each failure names the file and the line. */
class TidyTest {
    private static final int JAVA_LINES_MAX = 600;

    private static final Set<String> TEXT_SUFFIXES = Set.of(
            "java", "xml", "yaml", "yml", "json", "md", "txt", "sh", "properties", "toml", "cfg", "conf", "html");

    private static final Set<String> TEXT_NAMES =
            Set.of("firegate", "run", "Dockerfile", ".gitignore", ".dockerignore");

    /** Written in two halves, so that this file does not hold what it looks for. */
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

    private static final Pattern SLEEP = Pattern.compile("Thread\\s*\\.\\s*sl" + "eep|TimeUnit\\.\\w+\\.sl" + "eep");
    private static final Pattern STANDARD_OUT = Pattern.compile("System\\s*\\.\\s*o" + "ut\\b");

    private static final Pattern REGISTRY = Pattern.compile(String.join(
            "|",
            "repo1?\\.maven\\." + "(org|apache)",
            "registry\\.npm" + "js",
            "registry\\.yarn" + "pkg",
            "central\\.sona" + "type",
            "oss\\.sona" + "type",
            "pypi\\." + "org",
            "pythonhosted\\." + "org",
            "crates\\." + "io",
            "proxy\\.golang\\." + "org",
            "rubygems\\." + "org",
            "api\\.nu" + "get",
            "plugins\\.gradle\\." + "org",
            "jcenter\\.bin" + "tray"));

    private static List<SourceFile> files = List.of();

    /** A text file of the tree, by its path from the root. */
    private record SourceFile(String path, List<String> lines) {
        boolean isJava() {
            return path.endsWith(".java");
        }

        boolean isTest() {
            return path.contains("/src/test/");
        }
    }

    @BeforeAll
    static void read() throws IOException {
        Path root = Path.of("..").toRealPath();
        assertThat(root.resolve("firegate"))
                .as("the tests run in the module's folder")
                .exists();
        List<SourceFile> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                Set<String> skipped = Set.of("target", ".git", ".idea", ".vscode", "node_modules", ".cifuzz-corpus");
                return skipped.contains(directory.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = file.getFileName().toString();
                String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
                if (attributes.isRegularFile() && (TEXT_SUFFIXES.contains(suffix) || TEXT_NAMES.contains(name))) {
                    // Case files may hold deliberately broken UTF-8.
                    found.add(new SourceFile(
                            root.relativize(file).toString().replace('\\', '/'),
                            Files.readString(file, StandardCharsets.ISO_8859_1)
                                    .lines()
                                    .toList()));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        files = found;
        assertThat(files).hasSizeGreaterThan(50);
    }

    @Test
    void nothingIsUnfinished() {
        assertThat(hits(file -> true, UNFINISHED)).isEmpty();
    }

    @Test
    void testsNeverSleep() {
        assertThat(hits(file -> file.isJava() && file.isTest(), SLEEP))
                .as("wait for a condition, with a bound")
                .isEmpty();
    }

    @Test
    void standardOutputBelongsToTheCommandLine() {
        assertThat(hits(
                        file -> file.isJava()
                                && !file.isTest()
                                && !file.path().contains("/io/firegate/cli/")
                                && !file.path().contains("/io/firegate/e2e/demo/")
                                && !file.path().startsWith("benchmarks/"),
                        STANDARD_OUT))
                .as("log, or return a value")
                .isEmpty();
    }

    @Test
    void noPackageRegistryIsNamed() {
        assertThat(hits(file -> true, REGISTRY))
                .as("where packages come from is the business of whoever builds")
                .isEmpty();
    }

    @Test
    void javaFilesStayShort() {
        assertThat(files.stream()
                        .filter(SourceFile::isJava)
                        .filter(file -> file.lines().size() > JAVA_LINES_MAX)
                        .map(file -> file.path() + ": " + file.lines().size() + " lines"))
                .as("at most " + JAVA_LINES_MAX + " lines, else split it")
                .isEmpty();
    }

    @Test
    void everyPackageSaysWhatItMayDependOn() {
        TreeMap<String, Boolean> packages = new TreeMap<>();
        for (SourceFile file : files) {
            if (file.isJava() && file.path().contains("/src/main/java/")) {
                String directory = file.path().substring(0, file.path().lastIndexOf('/'));
                boolean marked = file.path().endsWith("/package-info.java")
                        && file.lines().contains("@NullMarked")
                        && file.lines().get(0).startsWith("/**");
                packages.merge(directory, marked, Boolean::logicalOr);
            }
        }
        assertThat(packages.entrySet().stream()
                        .filter(entry -> !entry.getValue())
                        .map(entry -> entry.getKey()))
                .as("each needs a documented package-info.java with @NullMarked")
                .isEmpty();
    }

    private static List<String> hits(Predicate<SourceFile> where, Pattern what) {
        List<String> hits = new ArrayList<>();
        for (SourceFile file : files) {
            if (!where.test(file)) {
                continue;
            }
            for (int i = 0; i < file.lines().size(); i++) {
                if (what.matcher(file.lines().get(i)).find()) {
                    hits.add(file.path() + ":" + (i + 1) + ": "
                            + file.lines().get(i).strip());
                }
            }
        }
        return hits;
    }
}
