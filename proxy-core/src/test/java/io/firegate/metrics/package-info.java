@NullMarked
package io.firegate.metrics;

import org.jspecify.annotations.NullMarked;
