/** What others send, read strictly and within bounds. Knows no token and no service. */
@NullMarked
package io.firegate.auth.input;

import org.jspecify.annotations.NullMarked;
