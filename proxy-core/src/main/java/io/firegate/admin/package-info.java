/**
 * Health, readiness and metrics on their own listener. Never a data path.
 *
 * <p>May depend on Netty, on {@code io.firegate.metrics} and on whatever says how it is doing; nothing here changes anything.
 */
@NullMarked
package io.firegate.admin;

import org.jspecify.annotations.NullMarked;
