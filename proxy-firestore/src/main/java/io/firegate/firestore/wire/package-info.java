/**
 * Protobuf messages as bytes: what may stand in them, whether they read the same to every decoder, and where things are.
 *
 * <p>Knows descriptors and bytes. Does not know RPCs, policy, Netty or what a name means.
 */
@NullMarked
package io.firegate.firestore.wire;

import org.jspecify.annotations.NullMarked;
