/** What writes would do to documents, worked out here before Firestore does it: pure, and about protobuf values alone. */
@NullMarked
package io.firegate.firestore.guard;

import org.jspecify.annotations.NullMarked;
