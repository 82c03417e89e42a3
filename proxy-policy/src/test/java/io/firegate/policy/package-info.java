/** The compiler, the decision and the reference page. */
@NullMarked
package io.firegate.policy;

import org.jspecify.annotations.NullMarked;
