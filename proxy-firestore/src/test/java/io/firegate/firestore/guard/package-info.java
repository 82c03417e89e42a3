@NullMarked
package io.firegate.firestore.guard;

import org.jspecify.annotations.NullMarked;
