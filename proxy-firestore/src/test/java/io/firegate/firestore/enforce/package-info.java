/** Tests of enforcement; the scenarios are files under {@code scenarios/}. */
@NullMarked
package io.firegate.firestore.enforce;

import org.jspecify.annotations.NullMarked;
