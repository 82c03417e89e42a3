/** {@code google.rpc.Status} with an {@code ErrorInfo}, as the protocol carries it in {@code grpc-status-details-bin}. */
@NullMarked
package io.firegate.firestore.status;

import org.jspecify.annotations.NullMarked;
