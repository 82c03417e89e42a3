/**
 * The record: what was decided and what came of it, as JSON lines with one decision id per exchange.
 *
 * <p>May depend on {@code io.firegate.policy} and a logger. Knows neither Netty, protobuf nor HTTP. The format of the lines is
 * described in {@code docs/record.md}.
 */
@NullMarked
package io.firegate.audit;

import org.jspecify.annotations.NullMarked;
