/** Live streams under policy, against the official emulator. */
@NullMarked
package io.firegate.e2e.listen;

import org.jspecify.annotations.NullMarked;
