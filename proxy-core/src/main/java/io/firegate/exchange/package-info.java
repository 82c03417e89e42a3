/** One request from first byte to record: the straight line of the product. */
@NullMarked
package io.firegate.exchange;

import org.jspecify.annotations.NullMarked;
