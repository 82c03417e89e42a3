/**
 * From the bytes of a request to a {@link io.firegate.firestore.enforce.PermittedCall} or a refusal. The only place that asks the
 * policy, and the only place where a request is rewritten.
 */
@NullMarked
package io.firegate.firestore.enforce;

import org.jspecify.annotations.NullMarked;
