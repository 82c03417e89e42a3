/** Tests of the YAML reader. */
@NullMarked
package io.firegate.policy.yaml;

import org.jspecify.annotations.NullMarked;
