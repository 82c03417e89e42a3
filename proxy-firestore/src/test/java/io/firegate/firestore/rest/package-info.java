/** Tests of the REST form. */
@NullMarked
package io.firegate.firestore.rest;

import org.jspecify.annotations.NullMarked;
