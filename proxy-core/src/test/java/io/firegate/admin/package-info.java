@NullMarked
package io.firegate.admin;

import org.jspecify.annotations.NullMarked;
