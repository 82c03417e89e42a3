@NullMarked
package io.firegate.policy;

import org.jspecify.annotations.NullMarked;
