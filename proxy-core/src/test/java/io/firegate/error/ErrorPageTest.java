package io.firegate.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.auth.credential.Absence;
import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.auth.entra.Verification;
import io.firegate.firestore.enforce.RequestProblem;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.rest.RestProblem;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@code docs/errors.md} is made from the catalogue, by the same code that answers callers. */
class ErrorPageTest {
    private static final Path PAGE = Path.of("../docs/errors.md");

    /** {@code -Dupdate-goldens} writes the page anew. */
    @Test
    void theReferencePageIsUpToDate() throws IOException {
        String page = page();
        if (System.getProperty("update-goldens") != null) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE))
                .as("run: mvn -pl proxy-core -am test -Dtest=ErrorPageTest -Dupdate-goldens")
                .isEqualTo(page);
    }

    private static String page() {
        StringBuilder out = new StringBuilder("""
                # Errors

                Everything firegate itself answers in place of Firestore. Made from the program's own catalogue
                (`mvn -pl proxy-core -am test -Dtest=ErrorPageTest -Dupdate-goldens`); a test fails when it is out of date.

                A refusal is a gRPC status whose message begins with `firegate:`, or is Firestore's own where clients act on it (a handle that is
                none), and whose details hold a `google.rpc.ErrorInfo`:

                | field | value |
                | --- | --- |
                | `domain` | `firegate`. Errors without it are Firestore's own and passed on as they came |
                | `reason` | a word of the tables below |
                | `metadata.decision` | the id of the decision, under which the [record](record.md) has it: quote it when you ask |
                | `metadata.operation`, `.tier`, `.rule` | of a denial: what was refused, and which tier and rule judged it, when one did |
                | `metadata.field` | of a request that is not taken: the field at fault |

                In Java: `ApiException.getReason()`, `.getDomain()` and `.getMetadata()`. Over gRPC the HTTP status is 200 whatever the outcome; the
                HTTP column is the status over [REST](rest.md). A refused token also has a `WWW-Authenticate` header (RFC 6750). Official
                SDKs repeat UNAVAILABLE by themselves, for some calls also DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED, never a refused token or a denial.

                ## Codes

                What is wrong in general. A code with a table of its own below is not sent itself: the reason is then the finer word.

                | code | gRPC | HTTP | whose doing | what to do |
                | --- | --- | ---: | --- | --- |
                """);
        for (ErrorCode code : ErrorCode.values()) {
            String whose = switch (code.group()) {
                case CALLER -> "the caller's";
                case POLICY -> "the policy's";
                case GATEWAY -> "firegate's or its operator's";
                case UPSTREAM -> "Firestore's or the network's";
            };
            row(out, "`" + code + "`", code.status().name(), code.httpStatus() + "", whose, code.action());
        }
        section(out, "Denied by the policy", "The request is understood, and the policy does not permit it.");
        for (DenyReason reason : DenyReason.values()) {
            row(out, Failures.of(new Decision.Deny(reason, null, null, null)), Advice.on(reason));
        }
        section(
                out,
                "Tokens",
                "In about the order of the checks, before a byte of the request is read. Nothing of the token is repeated in an answer or a log.");
        for (TokenProblem problem : TokenProblem.values()) {
            row(out, Failures.of(new Verification.Refused(problem)), Advice.on(problem));
        }
        section(
                out,
                "Requests that are not taken",
                "The policy was not asked. The same request will be refused again.");
        for (RequestProblem problem : RequestProblem.values()) {
            row(out, Failures.of(problem, null), Advice.on(problem));
        }
        out.append("""

                ## REST requests that are not taken

                Code `REQUEST_INVALID`, HTTP 400; `metadata.field` names the place. [REST](rest.md) says why.

                | reason | message |
                | --- | --- |
                """);
        for (RestProblem problem : RestProblem.values()) {
            row(out, "`" + problem + "`", problem.sentence());
        }
        section(out, "No answer from Firestore", "The request was permitted and forwarded, and no whole answer came.");
        for (UpstreamFailure failure : UpstreamFailure.values()) {
            row(out, Failures.of(failure), Advice.on(failure));
        }
        section(
                out,
                "No Google credential",
                "The request was permitted and not forwarded: firegate never uses another tier's credential instead. `metadata.credential`"
                        + " names the one that is missing, `metadata.retryAfterSeconds` says when firegate tries again. What the operator"
                        + " does about each: [google-credentials.md](google-credentials.md).");
        for (CredentialProblem problem : CredentialProblem.values()) {
            row(
                    out,
                    Failures.of(new Absence(problem, Duration.ofSeconds(1)), "staff"),
                    problem.passing()
                            ? "Try again after that time."
                            : "Tell the operator: it does not pass by itself.");
        }
        out.append("""

                ## Methods refused by name

                Reason `METHOD_REFUSED`. A path that is no method of `google.firestore.v1.Firestore` is `METHOD_UNKNOWN`, over
                REST `PATH_UNKNOWN`.

                | method | why |
                | --- | --- |
                """);
        for (FirestoreMethod method : FirestoreMethod.values()) {
            if (method.refusal() != null) {
                row(out, "`" + method.rpcName() + "`", method.refusal());
            }
        }
        return out.toString();
    }

    private static void section(StringBuilder out, String title, String what) {
        out.append("""

                ## %s

                %s

                | reason | code | gRPC | HTTP | message | what to do |
                | --- | --- | --- | ---: | --- | --- |
                """.formatted(title, what));
    }

    private static void row(StringBuilder out, Failure failure, String advice) {
        row(
                out,
                "`" + failure.reason() + "`",
                "`" + failure.code() + "`",
                failure.status().name(),
                failure.code().httpStatus() + "",
                failure.message().replaceFirst("^firegate: ", ""),
                advice);
    }

    private static void row(StringBuilder out, String... cells) {
        for (String cell : cells) {
            assertThat(cell).isNotBlank();
            out.append("| ").append(cell.replace("|", "\\|")).append(' ');
        }
        out.append("|\n");
    }
}
