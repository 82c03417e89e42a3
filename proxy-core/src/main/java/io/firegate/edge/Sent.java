package io.firegate.edge;

import io.firegate.firestore.upstream.ByteCredit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.DefaultChannelPromise;
import io.netty.util.concurrent.EventExecutor;

/** A write that reports its bytes when it is done, however it ends. */
final class Sent extends DefaultChannelPromise implements ChannelFutureListener {
    private final ByteCredit from;
    private final int bytes;

    @SuppressWarnings({"this-escape", "FutureReturnValueIgnored"
    }) // it listens to itself: one object for each piece, not two
    Sent(Channel channel, EventExecutor executor, ByteCredit from, int bytes) {
        super(channel, executor);
        this.from = from;
        this.bytes = bytes;
        addListener(this);
    }

    @Override
    public void operationComplete(ChannelFuture future) {
        from.consumed(bytes);
    }
}
