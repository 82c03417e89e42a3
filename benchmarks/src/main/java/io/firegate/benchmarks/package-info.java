/** The parts of the request path by themselves, under JMH. May depend on everything; nothing depends on it. */
@NullMarked
package io.firegate.benchmarks;

import org.jspecify.annotations.NullMarked;
