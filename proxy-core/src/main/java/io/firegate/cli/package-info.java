/**
 * The command line: reads the surroundings once, checks, starts, and turns outcomes into exit codes.
 *
 * <p>May depend on everything in this module; nothing depends on it. {@link io.firegate.cli.Main} alone reads the environment,
 * the system clock and the standard streams.
 */
@NullMarked
package io.firegate.cli;

import org.jspecify.annotations.NullMarked;
