package io.firegate.auth.federation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What is logged while it is open, at every level, by everybody. Used by one thread. */
final class LogCapture implements AutoCloseable {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level before = root.getLevel();
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    LogCapture() {
        root.setLevel(Level.TRACE);
        appender.start();
        root.addAppender(appender);
    }

    /** Each line with its fields. */
    List<String> lines() {
        return new ArrayList<>(appender.list)
                .stream()
                        .map(event -> event.getLevel() + " " + event.getFormattedMessage() + " "
                                + event.getKeyValuePairs() + " " + event.getThrowableProxy())
                        .toList();
    }

    @Override
    public void close() {
        root.detachAppender(appender);
        root.setLevel(before);
        appender.stop();
    }
}
