/** Whatever somebody writes into a policy, or asks of one: answers, never exceptions. */
@NullMarked
package io.firegate.policy.fuzz;

import org.jspecify.annotations.NullMarked;
