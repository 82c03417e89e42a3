/** The command line. */
@NullMarked
package io.firegate.cli;

import org.jspecify.annotations.NullMarked;
