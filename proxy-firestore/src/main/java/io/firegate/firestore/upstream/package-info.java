/** Firestore as firegate sees it: HTTP/2 connections on the caller's event loop. Opened with a permitted call, nothing else. */
@NullMarked
package io.firegate.firestore.upstream;

import org.jspecify.annotations.NullMarked;
