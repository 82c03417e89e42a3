/**
 * Which indexes of Firestore queries need under a policy: shapes of queries are read and worked out to index definitions. For an operator's
 * command line; nothing on the request path depends on it. No I/O.
 */
@NullMarked
package io.firegate.policy.indexes;

import org.jspecify.annotations.NullMarked;
