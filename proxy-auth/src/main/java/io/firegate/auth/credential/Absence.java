package io.firegate.auth.credential;

import java.time.Duration;

/**
 * Why there is no credential now.
 *
 * @param problem what went wrong last
 * @param retryAfter when the next attempt is made; positive
 */
public record Absence(CredentialProblem problem, Duration retryAfter) {}
