/** Reading, folding and judging conditions. */
@NullMarked
package io.firegate.policy.condition;

import org.jspecify.annotations.NullMarked;
