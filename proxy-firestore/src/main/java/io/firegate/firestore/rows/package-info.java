/**
 * Row filters in Firestore's terms: stored documents as conditions see them, parsed or in their bytes, conditions as filters of a query,
 * and the masks of reads that need more fields than their client asked for. Values in, values out.
 */
@NullMarked
package io.firegate.firestore.rows;

import org.jspecify.annotations.NullMarked;
