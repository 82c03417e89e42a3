/**
 * The gateway held against a naive model of {@code where}, {@code fields}, tiers and guarded writes. The model reads what is stored as
 * an administrator, cuts it down with plain loops, and lets the emulator answer the same request on what is left. It knows nothing of
 * the policy engine's code.
 */
@NullMarked
package io.firegate.e2e.differential;

import org.jspecify.annotations.NullMarked;
