package io.firegate.firestore.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.firestore.wire.TextMessages;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every request line of {@code target-cases.txt}. */
class RestTargetTest {
    private static final String DATABASE = "projects/p/databases/(default)";
    private static final String DOCUMENTS = DATABASE + "/documents";

    @TestFactory
    Stream<DynamicTest> requestLines() {
        return RestCases.lines("target-cases.txt").map(line -> DynamicTest.dynamicTest(line, () -> check(line)));
    }

    private static void check(String line) {
        int arrow = line.indexOf(" => ");
        String request = line.substring(0, arrow);
        String expected = line.substring(arrow + 4);
        int space = request.indexOf(' ');
        String target = request.substring(space + 1);
        RestTarget.Parsed parsed = RestTarget.parse(
                request.substring(0, space),
                target.startsWith("D") ? "/v1/" + DOCUMENTS + target.substring(1) : target);

        int bar = expected.indexOf(" | ");
        if (bar < 0) {
            assertThat(describe(parsed)).isEqualTo(expected);
            return;
        }
        String rpc = expected.substring(0, bar);
        String text =
                expected.substring(bar + 3).replace("\"D", "\"" + DOCUMENTS).replace("\"B\"", "\"" + DATABASE + "\"");
        assertThat(describe(parsed)).isEqualTo(rpc);
        RestTarget matched = ((RestTarget.Parsed.Matched) parsed).target();
        assertThat(RestCases.message(matched.encode(new byte[0], 0, 0)))
                .isEqualTo(TextMessages.encode(rpc + "Request", text));
    }

    private static String describe(RestTarget.Parsed parsed) {
        return switch (parsed) {
            case RestTarget.Parsed.Matched matched -> matched.target().method().rpcName();
            case RestTarget.Parsed.NotFound ignored -> "404";
            case RestTarget.Parsed.Invalid(RestProblem problem, @Nullable String place) ->
                problem + (place == null ? "" : " " + place);
        };
    }

    @Test
    void answersAreForPeopleUnlessTurnedOff() {
        String document = "/v1/" + DOCUMENTS + "/users/al";
        List<Boolean> pretty = Stream.of("", "?prettyPrint=true", "?prettyPrint=false", "?$prettyPrint=false")
                .map(query -> ((RestTarget.Parsed.Matched) RestTarget.parse("GET", document + query))
                        .target()
                        .pretty())
                .toList();

        assertThat(pretty).containsExactly(true, true, false, false);
    }

    @Test
    void aFrameHasItsLengthInFront() {
        RestTarget target = ((RestTarget.Parsed.Matched)
                        RestTarget.parse("GET", "/v1/" + DOCUMENTS + "/users/" + "x".repeat(300)))
                .target();

        byte[] framed = ((RestTarget.Encoded.Frame) target.encode(new byte[0], 0, 0)).framed();

        int length = framed.length - 5;
        assertThat(framed).startsWith(0, 0, 0, length >> 8, length & 0xFF);
    }
}
