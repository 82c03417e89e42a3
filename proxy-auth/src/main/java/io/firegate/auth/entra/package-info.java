/** From an Entra ID access token to a {@link io.firegate.policy.Principal}. Knows neither Netty nor protobuf, and no JOSE library. */
@NullMarked
package io.firegate.auth.entra;

import org.jspecify.annotations.NullMarked;
