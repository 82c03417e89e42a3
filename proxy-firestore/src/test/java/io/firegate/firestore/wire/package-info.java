/** Tests of the walk over request bytes, and the text form of requests other tests use. */
@NullMarked
package io.firegate.firestore.wire;

import org.jspecify.annotations.NullMarked;
