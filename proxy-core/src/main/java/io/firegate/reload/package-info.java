/** Keeps the policy in force up to date with its directory. */
@NullMarked
package io.firegate.reload;

import org.jspecify.annotations.NullMarked;
