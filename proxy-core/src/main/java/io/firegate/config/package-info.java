/** The gateway's settings: gateway.yaml, overrides and limits, each value with its origin. */
@NullMarked
package io.firegate.config;

import org.jspecify.annotations.NullMarked;
