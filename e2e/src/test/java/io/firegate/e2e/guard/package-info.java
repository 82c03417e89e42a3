/** Writes whose verdict depends on what is stored, against the official emulator. */
@NullMarked
package io.firegate.e2e.guard;

import org.jspecify.annotations.NullMarked;
