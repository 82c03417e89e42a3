/** {@code firegate doctor}: asks everything a gateway depends on, one after the other, and says what to change. Blocks; never in a gateway. */
@NullMarked
package io.firegate.doctor;

import org.jspecify.annotations.NullMarked;
