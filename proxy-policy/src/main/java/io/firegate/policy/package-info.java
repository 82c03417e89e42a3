/**
 * The policy model and the one function that decides.
 *
 * <p>Pure: values in, values out. Nothing here reads a file, a clock or an environment variable, and nothing here knows
 * Netty, protobuf or a logger. May depend on {@link io.firegate.policy.yaml}.
 */
@NullMarked
package io.firegate.policy;

import org.jspecify.annotations.NullMarked;
