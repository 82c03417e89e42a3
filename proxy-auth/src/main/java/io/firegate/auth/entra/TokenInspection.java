package io.firegate.auth.entra;

import io.firegate.auth.input.StrictJson;
import io.firegate.policy.Principal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token says and what the verifier says of it; for an operator's eyes, never a verdict. Holds no signature.
 *
 * @param header the members of its header; empty when it is none
 * @param claims its claims; empty when there are none
 * @param problem the first problem, or null
 * @param missingScope the scope to ask for, when that is the problem; else empty
 * @param signatureChecked whether the signature was looked at and good
 * @param principal whom it would be; null when it cannot be anybody
 * @param groupsElsewhere whether the principal's groups are left out of the token, and Graph has to be asked for them
 */
public record TokenInspection(
        Map<String, Object> header,
        Map<String, Object> claims,
        @Nullable TokenProblem problem,
        String missingScope,
        boolean signatureChecked,
        @Nullable Principal principal,
        boolean groupsElsewhere) {
    /** Claims a person who looks for a mistake must see; those of display and of tracking are not among them. */
    public static final Set<String> CLAIMS_SHOWN = TokenCheck.USED_CLAIMS;

    /** A verdict with what led to it. */
    static TokenInspection of(byte[] token, Verification verdict) {
        return switch (verdict) {
            case Verification.Verified(VerifiedToken good) ->
                new TokenInspection(
                        part(token, 0), part(token, 1), null, "", true, good.principal(), good.groupsElsewhere());
            case Verification.Refused refused ->
                new TokenInspection(
                        part(token, 0),
                        part(token, 1),
                        refused.problem(),
                        refused.missingScope(),
                        InspectionStep.of(refused.problem())
                                .map(step -> step.compareTo(InspectionStep.SIGNATURE) > 0)
                                .orElse(false),
                        null,
                        false);
            case Verification.Pending pending -> throw new IllegalArgumentException("not known yet");
        };
    }

    /** What would be said if the signature were good. */
    static TokenInspection unsigned(byte[] token, TokenCheck check, @Nullable TokenProblem problem) {
        return new TokenInspection(
                part(token, 0),
                part(token, 1),
                problem,
                check.missingScope(),
                false,
                problem == null ? check.claimedPrincipal() : null,
                problem == null && check.groupsElsewhere());
    }

    /** Where the problem is found. */
    public Optional<InspectionStep> failedAt() {
        return problem == null ? Optional.empty() : InspectionStep.of(problem);
    }

    private static Map<String, Object> part(byte[] token, int index) {
        String[] parts = new String(token, StandardCharsets.ISO_8859_1).split("\\.", -1);
        if (parts.length != 3) {
            return Map.of();
        }
        try {
            Map<String, Object> members = StrictJson.object(
                    Base64.getUrlDecoder().decode(parts[index]), StrictJson.Duplicates.NESTED_ALLOWED);
            return members == null ? Map.of() : members;
        } catch (IllegalArgumentException e) {
            return Map.of();
        }
    }
}
