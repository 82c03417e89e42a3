/** Tests of token verification. Sees the fixtures, which share no code with what is tested. */
@NullMarked
package io.firegate.auth.entra;

import org.jspecify.annotations.NullMarked;
