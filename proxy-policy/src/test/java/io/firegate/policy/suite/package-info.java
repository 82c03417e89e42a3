/** Tests of the suites' own arithmetic; what a person sees of them is tested with the command line. */
@NullMarked
package io.firegate.policy.suite;

import org.jspecify.annotations.NullMarked;
