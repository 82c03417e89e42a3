/**
 * The official Java client pointed at firegate, and Firestore operations as data. Depends on the client library, so it knows what an
 * application knows; it uses nothing of the gateway.
 */
@NullMarked
package io.firegate.e2e;

import org.jspecify.annotations.NullMarked;
