/** The wiring: every part of a running gateway is constructed here, in the order it depends on the others. */
@NullMarked
package io.firegate.gateway;

import org.jspecify.annotations.NullMarked;
