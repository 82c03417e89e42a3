/** Tests of the record. */
@NullMarked
package io.firegate.audit;

import org.jspecify.annotations.NullMarked;
