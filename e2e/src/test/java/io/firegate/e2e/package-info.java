/** The whole program behind the official client, borders between modules, and tidiness of the tree. */
@NullMarked
package io.firegate.e2e;

import org.jspecify.annotations.NullMarked;
