/** Health, readiness and metrics on their own listener. Never a data path. */
@NullMarked
package io.firegate.admin;

import org.jspecify.annotations.NullMarked;
