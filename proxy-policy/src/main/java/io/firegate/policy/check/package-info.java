/** What {@code check} says of a write: its text, compiled from CEL when the policy is loaded, and judged on the document before and after. */
@NullMarked
package io.firegate.policy.check;

import org.jspecify.annotations.NullMarked;
