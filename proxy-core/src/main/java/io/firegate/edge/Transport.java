package io.firegate.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * How sockets are reached: the kernel's own way where its native library loads, NIO everywhere else.
 *
 * @param name for the log
 */
public record Transport(
        String name,
        IoHandlerFactory io,
        ChannelFactory<? extends ServerChannel> servers,
        ChannelFactory<? extends Channel> clients) {
    /** The best this machine has. */
    public static Transport best() {
        return Epoll.isAvailable()
                ? new Transport(
                        "epoll", EpollIoHandler.newFactory(), EpollServerSocketChannel::new, EpollSocketChannel::new)
                : nio();
    }

    /** The one that always works. */
    public static Transport nio() {
        return new Transport("nio", NioIoHandler.newFactory(), NioServerSocketChannel::new, NioSocketChannel::new);
    }
}
