/** The listener: framing of HTTP/2 and HTTP/1.1, gRPC and REST, flow control and connection limits. Nothing here knows a claim or a document. */
@NullMarked
package io.firegate.edge;

import org.jspecify.annotations.NullMarked;
