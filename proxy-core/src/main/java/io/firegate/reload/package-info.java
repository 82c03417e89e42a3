/**
 * Keeps the policy in force up to date with its directory.
 *
 * <p>May depend on {@code io.firegate.policy} and {@code io.firegate.config}; knows neither Netty nor protobuf.
 */
@NullMarked
package io.firegate.reload;

import org.jspecify.annotations.NullMarked;
