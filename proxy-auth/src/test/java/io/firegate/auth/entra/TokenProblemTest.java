package io.firegate.auth.entra;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenProblemTest {
    @ParameterizedTest
    @EnumSource(TokenProblem.class)
    void descriptionFitsIntoAChallenge(TokenProblem problem) {
        // RFC 6750 section 3: %x20-21 / %x23-5B / %x5D-7E.
        assertThat(problem.description()).matches("[\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]{10,200}");
    }

    @Test
    void noTwoProblemsReadAlike() {
        List<String> texts = Arrays.stream(TokenProblem.values())
                .map(TokenProblem::description)
                .toList();
        Set<String> distinct = new HashSet<>(texts);
        assertThat(distinct).hasSameSizeAs(texts);
    }

    @Test
    void challengesOfWhatTheEdgeRefuses() {
        assertThat(Challenge.of(new Verification.Refused(TokenProblem.REPEATED)))
                .hasValue("Bearer realm=\"firegate\", error=\"invalid_request\", "
                        + "error_description=\"more than one Authorization header\"");
        assertThat(Challenge.of(new Verification.Refused(TokenProblem.MISSING))).hasValue("Bearer realm=\"firegate\"");
        assertThat(Challenge.of(new Verification.Refused(TokenProblem.KEYS_UNAVAILABLE)))
                .isEmpty();
    }
}
