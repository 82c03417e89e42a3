/** Tests of credentials. */
@NullMarked
package io.firegate.auth.credential;

import org.jspecify.annotations.NullMarked;
