/** Tests of row filters in Firestore's terms. */
@NullMarked
package io.firegate.firestore.rows;

import org.jspecify.annotations.NullMarked;
