/** The record: what was decided and what came of it, as JSON lines. */
@NullMarked
package io.firegate.audit;

import org.jspecify.annotations.NullMarked;
