/** Tests of the table of RPCs. */
@NullMarked
package io.firegate.firestore.method;

import org.jspecify.annotations.NullMarked;
