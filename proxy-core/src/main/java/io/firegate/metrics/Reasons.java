package io.firegate.metrics;

import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.entra.TokenProblem;
import io.firegate.error.ErrorCode;
import io.firegate.firestore.enforce.RequestProblem;
import io.firegate.firestore.upstream.UpstreamFailure;
import io.firegate.policy.DenyReason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every word a decision may give as its reason, in one numbering, so that counting one is an array access. The same word of two
 * vocabularies has two numbers; they are added up when somebody looks.
 */
@SuppressWarnings("EnumOrdinal") // the numbers never leave the process
final class Reasons {
    /** Of a word no vocabulary has: there is none, but a counter is no place to fail. */
    private static final String UNKNOWN = "UNKNOWN";

    private static final List<String> NAMES = new ArrayList<>(List.of("NONE"));
    private static final int DENIALS = add(DenyReason.values());
    private static final int TOKENS = add(TokenProblem.values());
    private static final int REQUESTS = add(RequestProblem.values());
    private static final int CODES = add(ErrorCode.values());
    private static final int UPSTREAM = add(UpstreamFailure.values());
    private static final int CREDENTIALS = add(CredentialProblem.values());
    private static final int OTHER = NAMES.size();

    /** How many numbers there are. */
    static final int COUNT = OTHER + 1;

    private Reasons() {}

    private static int add(Enum<?>[] words) {
        int first = NAMES.size();
        for (Enum<?> word : words) {
            NAMES.add(word.name());
        }
        return first;
    }

    /** The number of a word; null is a permit's. */
    static int indexOf(@Nullable Enum<?> reason) {
        if (reason == null) {
            return 0;
        } else if (reason instanceof DenyReason) {
            return DENIALS + reason.ordinal();
        } else if (reason instanceof TokenProblem) {
            return TOKENS + reason.ordinal();
        } else if (reason instanceof RequestProblem) {
            return REQUESTS + reason.ordinal();
        } else if (reason instanceof ErrorCode) {
            return CODES + reason.ordinal();
        } else if (reason instanceof UpstreamFailure) {
            return UPSTREAM + reason.ordinal();
        } else if (reason instanceof CredentialProblem) {
            return CREDENTIALS + reason.ordinal();
        }
        return OTHER;
    }

    /** The word. */
    static String nameOf(int index) {
        return index == OTHER ? UNKNOWN : NAMES.get(index);
    }

    /** What kind of verdict has this reason. */
    static String verdictOf(int index) {
        if (index == 0) {
            return "permit";
        }
        return index < TOKENS ? "deny" : "refused";
    }
}
