@NullMarked
package io.firegate.auth.input;

import org.jspecify.annotations.NullMarked;
