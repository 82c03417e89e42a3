/** Google credentials for a tier, fetched off the request path and read without waiting. */
@NullMarked
package io.firegate.auth.credential;

import org.jspecify.annotations.NullMarked;
