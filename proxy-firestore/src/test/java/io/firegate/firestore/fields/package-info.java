/** Tests of the fields. */
@NullMarked
package io.firegate.firestore.fields;

import org.jspecify.annotations.NullMarked;
