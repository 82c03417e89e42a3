package io.firegate.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals of the operating system.
 *
 * <p>By reflection: {@code sun.misc.Signal} is the only way and part of the supported module {@code jdk.unsupported} (JEP 260),
 * but naming it is a compiler warning that cannot be switched off, and warnings are errors here.
 */
final class Signals {
    private static final Logger log = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * Runs an action on its own thread each time the signal arrives. Where the system or the JVM keeps the signal to itself
     * (Windows has no HUP, {@code -Xrs}), a log line says so.
     */
    @SuppressWarnings("ReferenceEquality") // A proxy is equal to itself and nothing else.
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler calls = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    action.run();
                    yield null;
                }
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> arguments != null && proxy == arguments[0];
                default -> "firegate's handler of SIG" + name;
            };
            Object proxy = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, calls);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            log.atWarn()
                    .addKeyValue("signal", name)
                    .addKeyValue(
                            "reason",
                            e.getCause() == null ? e.toString() : e.getCause().getMessage())
                    .log("signal not available");
        }
    }
}
