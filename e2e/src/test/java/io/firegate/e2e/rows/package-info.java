/** Row filters held against the real emulator. */
@NullMarked
package io.firegate.e2e.rows;

import org.jspecify.annotations.NullMarked;
