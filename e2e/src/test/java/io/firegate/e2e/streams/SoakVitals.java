package io.firegate.e2e.streams;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What another Java process of this machine holds, asked of itself and of the system. Used by one thread. */
final class SoakVitals implements AutoCloseable {
    private static final int KIB = 1024;

    /** Threads that are there because somebody asks. */
    private static final String ASKING = "(RMI |JMX |Attach Listener).*";

    private final long pid;
    private final JMXConnector connector;
    private final MemoryMXBean memory;
    private final ThreadMXBean threads;
    private final LongSupplier buffers;

    /**
     * What it holds at one moment.
     *
     * @param heap bytes of objects that a full collection has left
     * @param direct bytes of network buffers outside the heap
     * @param resident bytes of memory the system has given it; -1 where the system does not tell
     * @param descriptors open files and sockets; -1 where the system does not tell
     */
    record Reading(long heap, long direct, long threads, long descriptors, long resident) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "heap %,d KiB, direct %,d KiB, %d threads, %d descriptors, resident %,d KiB",
                    heap / KIB,
                    direct / KIB,
                    threads,
                    descriptors,
                    resident / KIB);
        }
    }

    /**
     * Of a process of the same user.
     *
     * @param buffers tells its bytes of network buffers: a JVM does not know them all
     */
    @SuppressWarnings("BanJNDI") // a process that this one started
    SoakVitals(long pid, LongSupplier buffers) throws Exception {
        this.pid = pid;
        this.buffers = buffers;
        VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
        try {
            connector = JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
        } finally {
            machine.detach();
        }
        MBeanServerConnection beans = connector.getMBeanServerConnection();
        memory = ManagementFactory.newPlatformMXBeanProxy(
                beans, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
        threads = ManagementFactory.newPlatformMXBeanProxy(
                beans, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
    }

    /** Collects its garbage and looks. */
    Reading read() throws IOException {
        memory.gc();
        long working = 0;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && !thread.getThreadName().matches(ASKING)) {
                working++;
            }
        }
        return new Reading(
                memory.getHeapMemoryUsage().getUsed(), buffers.getAsLong(), working, descriptors(), resident());
    }

    private long descriptors() throws IOException {
        Path folder = Path.of("/proc", Long.toString(pid), "fd");
        if (!Files.isDirectory(folder)) {
            return -1;
        }
        try (Stream<Path> open = Files.list(folder)) {
            return open.count();
        }
    }

    private long resident() throws IOException {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        if (!Files.exists(status)) {
            return -1;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    * KIB;
        }
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
