/** The catalogue of errors and how each is rendered. */
@NullMarked
package io.firegate.error;

import org.jspecify.annotations.NullMarked;
