/**
 * Tests of a policy, written beside it as data: suites are read, run on a snapshot and reported. May depend on the rest of the policy;
 * nothing on the request path depends on it. No I/O: text in, results and text out; writes are tried by whoever enforces policies.
 */
@NullMarked
package io.firegate.policy.suite;

import org.jspecify.annotations.NullMarked;
