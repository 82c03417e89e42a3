/** The same calls straight to the emulator and through firegate, over gRPC and REST. */
@NullMarked
package io.firegate.e2e.conformance;

import org.jspecify.annotations.NullMarked;
