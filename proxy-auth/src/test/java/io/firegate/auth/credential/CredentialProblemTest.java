package io.firegate.auth.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The vocabulary of causes, and the page operators read. */
class CredentialProblemTest {
    private static final Path PAGE = Path.of("../docs/google-credentials.md");
    private static final String HEAD = "| cause | passes | what is wrong | what to do |\n| --- | --- | --- | --- |\n";

    @Test
    void everyCauseSaysWhatIsWrongAndWhatToDo() {
        for (CredentialProblem problem : CredentialProblem.values()) {
            assertThat(problem.name()).matches("[A-Z_]{1,63}");
            assertThat(problem.sentence()).as(problem.name()).isNotBlank().doesNotEndWith(".");
            assertThat(problem.remedy()).as(problem.name()).isNotBlank();
        }
    }

    /** {@code -Dupdate-goldens} writes the table anew. */
    @Test
    void thePageHasEveryCause() throws IOException {
        String table = HEAD
                + Arrays.stream(CredentialProblem.values())
                        .map(problem -> "| `" + problem + "` | " + (problem.passing() ? "yes" : "no") + " | "
                                + problem.sentence() + " | " + problem.remedy() + " |\n")
                        .collect(Collectors.joining());
        String page = Files.readString(PAGE);
        String changed = Pattern.compile(Pattern.quote(HEAD) + "(\\|.*\n)*")
                .matcher(page)
                .replaceFirst(Matcher.quoteReplacement(table));
        if (System.getProperty("update-goldens") != null) {
            Files.writeString(PAGE, changed);
        }
        assertThat(Files.readString(PAGE))
                .as("run: mvn -pl proxy-auth -am test -Dtest=CredentialProblemTest -Dupdate-goldens")
                .isEqualTo(changed)
                .contains(table);
    }
}
