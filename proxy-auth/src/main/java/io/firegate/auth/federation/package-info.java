/**
 * Short-lived Google credentials for service accounts, from firegate's own workload identity: workload token, STS, IAM Credentials. Own
 * bounded HTTP, nothing blocks a caller. Knows neither callers nor the policy.
 */
@NullMarked
package io.firegate.auth.federation;

import org.jspecify.annotations.NullMarked;
