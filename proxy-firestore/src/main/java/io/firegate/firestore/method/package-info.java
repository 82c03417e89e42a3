/** The table of the RPCs of {@code google.firestore.v1.Firestore}: each one governed or refused by name. */
@NullMarked
package io.firegate.firestore.method;

import org.jspecify.annotations.NullMarked;
