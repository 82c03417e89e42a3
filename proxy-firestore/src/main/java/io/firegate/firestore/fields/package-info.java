/**
 * Which fields of a document a caller may see, name and write. Values in, values out: generated messages, the policy's field
 * paths and how {@code rows} reads stored values, and nothing of how a call is carried out.
 */
@NullMarked
package io.firegate.firestore.fields;

import org.jspecify.annotations.NullMarked;
