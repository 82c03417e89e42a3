/** The demo, as a script runs it. */
@NullMarked
package io.firegate.e2e.demo;

import org.jspecify.annotations.NullMarked;
