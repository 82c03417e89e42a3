/** Tests of {@code io.firegate.firestore.handle}. */
@NullMarked
package io.firegate.firestore.handle;

import org.jspecify.annotations.NullMarked;
