/** The official clients' calls, straight to the emulator and through firegate, written down in docs/compatibility.md. */
@NullMarked
package io.firegate.e2e.sdk;

import org.jspecify.annotations.NullMarked;
