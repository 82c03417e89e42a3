/** Tests of the listener's parts that need no listener. */
@NullMarked
package io.firegate.edge;

import org.jspecify.annotations.NullMarked;
