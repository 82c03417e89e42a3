@NullMarked
package io.firegate.policy.check;

import org.jspecify.annotations.NullMarked;
