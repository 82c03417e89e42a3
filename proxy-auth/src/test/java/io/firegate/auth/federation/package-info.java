/** Tests of Google credentials. Sees the fixtures, which share no code with what is tested. */
@NullMarked
package io.firegate.auth.federation;

import org.jspecify.annotations.NullMarked;
