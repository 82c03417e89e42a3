/** The catalogue's page. */
@NullMarked
package io.firegate.error;

import org.jspecify.annotations.NullMarked;
