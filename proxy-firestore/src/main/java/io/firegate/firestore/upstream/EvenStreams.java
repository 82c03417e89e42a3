package io.firegate.firestore.upstream;

import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/**
 * HTTP/2 connections whose streams take turns, a frame each, when not all can be written at once. Netty's own default keeps the tree
 * of stream weights that RFC 9113 section 5.3 has withdrawn: work for each stream begun and ended, and a structure a peer may grow.
 */
public final class EvenStreams {
    private EvenStreams() {}

    /** The state of one new connection. */
    public static Http2Connection connection(boolean server) {
        Http2Connection connection = new DefaultHttp2Connection(server);
        UniformStreamByteDistributor turns = new UniformStreamByteDistributor(connection);
        turns.minAllocationChunk(Http2CodecUtil.DEFAULT_MAX_FRAME_SIZE);
        connection.remote().flowController(new DefaultHttp2RemoteFlowController(connection, turns));
        return connection;
    }
}
