/** Measurements of what the listener's own package keeps to itself. They may use what it may, and nobody uses them. */
@NullMarked
package io.firegate.edge;

import org.jspecify.annotations.NullMarked;
