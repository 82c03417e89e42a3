package io.firegate.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.config.Limits;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicySnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The thread, on a real directory. Waits for what must happen; nothing here depends on how long it takes. */
class PolicyReloaderTest {
    @TempDir
    Path dir = Path.of("");

    private final BlockingQueue<PolicySnapshot> told = new LinkedBlockingQueue<>();

    private PolicyStore open() throws IOException {
        Files.writeString(dir.resolve("p.yaml"), Policies.withTier("one"));
        PolicyStore.Opened opened = PolicyStore.open(
                new PolicyDirectory(dir, dir, Limits.DEFAULTS),
                files -> PolicyCompiler.compile(files, null),
                InstantSource.system());
        assertThat(opened).isInstanceOf(PolicyStore.Opened.Ready.class);
        PolicyStore store = ((PolicyStore.Opened.Ready) opened).store();
        store.onNewPolicy(told::add);
        return store;
    }

    @Test
    void aChangeIsSeen() throws IOException, InterruptedException {
        PolicyStore store = open();
        try (PolicyReloader reloader = PolicyReloader.start(store, Duration.ofMillis(1))) {
            Files.writeString(dir.resolve("p.yaml"), Policies.withTier("changed"));
            PolicySnapshot snapshot = told.poll(30, TimeUnit.SECONDS);
            assertThat(snapshot).isNotNull().isSameAs(store.current());
            assertThat(store.current().tierNames()).containsExactly("changed");
            assertThat(reloader).isNotNull();
        }
    }

    @Test
    void withoutAnIntervalOnlyARequestReloads() throws IOException, InterruptedException {
        PolicyStore store = open();
        try (PolicyReloader reloader = PolicyReloader.start(store, null)) {
            Files.writeString(dir.resolve("p.yaml"), Policies.withTier("changed"));
            reloader.request();
            assertThat(told.poll(30, TimeUnit.SECONDS)).isNotNull();
            reloader.request();
            Files.writeString(dir.resolve("p.yaml"), Policies.withTier("again"));
            reloader.request();
            assertThat(told.poll(30, TimeUnit.SECONDS)).isNotNull();
            assertThat(store.current().tierNames()).containsExactly("again");
        }
    }

    @Test
    void theThreadEndsWithClose() throws IOException {
        PolicyReloader.start(open(), Duration.ofMillis(1)).close();
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("firegate-policy-reload")))
                .isEmpty();
    }
}
