@NullMarked
package io.firegate.auth.graph;

import org.jspecify.annotations.NullMarked;
