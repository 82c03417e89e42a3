/** What the files an operator writes look like, for editors. Depends on nothing. */
@NullMarked
package io.firegate.policy.schema;

import org.jspecify.annotations.NullMarked;
