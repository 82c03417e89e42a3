/** The listener: HTTP/2 framing, flow control and connection limits. Nothing here knows a claim or a document. */
@NullMarked
package io.firegate.edge;

import org.jspecify.annotations.NullMarked;
