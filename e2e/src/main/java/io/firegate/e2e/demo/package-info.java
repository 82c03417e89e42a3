/**
 * {@code firegate demo}: issuer, emulator, sample data, sample policy and gateway in one process, with a narrated tour by the official
 * Java client. May use every module; nothing uses it.
 */
@NullMarked
package io.firegate.e2e.demo;

import org.jspecify.annotations.NullMarked;
