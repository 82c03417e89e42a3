/** Tests of the upstream. */
@NullMarked
package io.firegate.firestore.upstream;

import org.jspecify.annotations.NullMarked;
