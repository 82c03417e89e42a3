/**
 * What Firestore gives a client to hand back (transaction ids, page, resume and stream tokens), sealed so that it is worth something
 * only to the principal it was given to. Values in, values out: no network and no decisions.
 */
@NullMarked
package io.firegate.firestore.handle;

import org.jspecify.annotations.NullMarked;
