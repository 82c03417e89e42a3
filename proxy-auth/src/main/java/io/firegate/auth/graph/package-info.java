/**
 * The groups of callers whose token does not hold them all, asked of Microsoft Graph. Nothing here reads a token: who is asked about comes
 * verified, and every address from the configuration.
 */
@NullMarked
package io.firegate.auth.graph;

import org.jspecify.annotations.NullMarked;
