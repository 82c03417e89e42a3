/** Streams of messages both ways, and what ends them. */
@NullMarked
package io.firegate.e2e.streams;

import org.jspecify.annotations.NullMarked;
