/** From an Entra ID access token to a {@link io.firegate.policy.Principal}. Knows Nimbus; knows neither Netty nor protobuf. */
@NullMarked
package io.firegate.auth.entra;

import org.jspecify.annotations.NullMarked;
