/**
 * A strict reader for the files an operator writes: nodes with positions, and problems that show the line they speak of.
 *
 * <p>Depends on snakeyaml-engine and nothing else, not even on the policy. No I/O: text in, values and problems out. Used for
 * policy files and for gateway.yaml, so that both complain in the same words.
 */
@NullMarked
package io.firegate.policy.yaml;

import org.jspecify.annotations.NullMarked;
