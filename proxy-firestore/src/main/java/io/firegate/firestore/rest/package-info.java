/**
 * Firestore's REST form as a pure translation: a request line and a JSON body become the message a gRPC client would have sent, and
 * messages, streams and errors become Google's JSON.
 *
 * <p>Knows descriptors, JSON and the table of REST bindings. Does not know HTTP connections, headers, policy or who calls: what
 * comes out is judged like any gRPC request.
 */
@NullMarked
package io.firegate.firestore.rest;

import org.jspecify.annotations.NullMarked;
