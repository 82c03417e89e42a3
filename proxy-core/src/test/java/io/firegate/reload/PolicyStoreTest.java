package io.firegate.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.yaml.Problem;
import io.firegate.reload.PolicyStore.Opened;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PolicyStoreTest {
    private final FakeSource source = new FakeSource();
    private Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private boolean compilerBroken;

    /** A directory of one file in memory. */
    private static final class FakeSource implements PolicySource {
        String text = Policies.withTier("one");
        int version;
        int reads;

        @Nullable
        String broken;

        void write(String changed) {
            text = changed;
            version++;
        }

        @Override
        public String state() {
            return Integer.toString(version);
        }

        @Override
        public Reading read() {
            reads++;
            String problem = broken;
            return problem == null
                    ? new Reading.Files(List.of(PolicyFile.of("p.yaml", text)), text, state())
                    : new Reading.Refused(List.of(Problem.ofFile("policy", problem, null)), state());
        }

        @Override
        public String shown(String name) {
            return "dir/" + name;
        }
    }

    private Opened opened() {
        return PolicyStore.open(
                source,
                files -> {
                    if (compilerBroken) {
                        throw new IllegalStateException("a bug");
                    }
                    return PolicyCompiler.compile(files, null);
                },
                () -> now);
    }

    private PolicyStore open() {
        Opened opened = opened();
        assertThat(opened).isInstanceOf(Opened.Ready.class);
        return ((Opened.Ready) opened).store();
    }

    @Test
    void withoutAPolicyNothingStarts() {
        source.write("version: 1\ntires: {}\n");
        assertThat(opened())
                .isInstanceOfSatisfying(
                        Opened.Refused.class,
                        refused -> assertThat(refused.render())
                                .contains("dir/p.yaml:2:1")
                                .contains("tires"));
        source.broken = "no such directory";
        assertThat(opened())
                .isInstanceOfSatisfying(
                        Opened.Refused.class,
                        refused -> assertThat(refused.render()).contains("no such directory"));
    }

    @Test
    void aNewPolicyComesIntoForceAndIsTold() {
        PolicyStore store = open();
        List<PolicySnapshot> told = new ArrayList<>();
        store.onNewPolicy(snapshot -> {
            throw new IllegalStateException("a listener's bug");
        });
        store.onNewPolicy(told::add);
        PolicySnapshot first = store.current();
        source.write(Policies.withTier("two"));
        now = now.plusSeconds(60);
        assertThat(store.reload()).isInstanceOf(ReloadResult.Loaded.class);
        assertThat(store.current()).isNotSameAs(first);
        assertThat(told).containsExactly(store.current());
        assertThat(store.status()).isEqualTo(new PolicyStatus(store.current().id(), now, now, null, 2, 0, 0));
    }

    @Test
    void theSameBytesAreNoNewPolicy() {
        PolicyStore store = open();
        PolicySnapshot first = store.current();
        source.write(source.text);
        now = now.plusSeconds(60);
        assertThat(store.reload()).isInstanceOf(ReloadResult.Unchanged.class);
        assertThat(store.current()).isSameAs(first);
        assertThat(store.status().since()).isEqualTo(now.minusSeconds(60));
        assertThat(store.status().unchanged()).isEqualTo(1);
    }

    @Test
    void aBadPolicyKeepsTheLastGoodOneAndSaysSo() {
        PolicyStore store = open();
        PolicySnapshot first = store.current();
        String good = source.text;
        source.write("version: 1\ntires: {}\n");
        now = now.plusSeconds(60);
        assertThat(store.reload()).isInstanceOf(ReloadResult.Refused.class);
        assertThat(store.current()).isSameAs(first);
        PolicyStatus.Failure failure = store.status().failure();
        assertThat(failure).isNotNull();
        assertThat(failure == null ? null : failure.at()).isEqualTo(now);
        assertThat(failure == null ? List.of() : failure.problems()).isNotEmpty();
        assertThat(store.status().refused()).isEqualTo(1);

        source.write(good);
        assertThat(store.reload()).isInstanceOf(ReloadResult.Unchanged.class);
        assertThat(store.status().failure()).isNull();
    }

    @Test
    void anUnreadableDirectoryKeepsTheLastGoodOne() {
        PolicyStore store = open();
        PolicySnapshot first = store.current();
        source.broken = "gone";
        source.version++;
        assertThat(store.reload()).isInstanceOf(ReloadResult.Refused.class);
        assertThat(store.current()).isSameAs(first);
    }

    @Test
    void aFaultInTheCompilerKeepsTheLastGoodOne() {
        PolicyStore store = open();
        PolicySnapshot first = store.current();
        compilerBroken = true;
        source.write(Policies.withTier("two"));
        assertThat(store.reload()).isInstanceOf(ReloadResult.Refused.class);
        assertThat(store.current()).isSameAs(first);
    }

    @Test
    void aFileStillBeingWrittenIsNotRead() {
        PolicyStore store = open();
        assertThat(store.reloadIfSettled()).isNull();
        source.write("half");
        assertThat(store.reloadIfSettled()).isNull();
        source.write(Policies.withTier("two"));
        assertThat(store.reloadIfSettled()).isNull();
        assertThat(source.reads).isEqualTo(1);
        assertThat(store.reloadIfSettled()).isInstanceOf(ReloadResult.Loaded.class);
        assertThat(store.reloadIfSettled()).isNull();
        assertThat(source.reads).isEqualTo(2);
    }

    @Test
    void aBadFileIsReadOnceAndNotAtEveryLook() {
        PolicyStore store = open();
        source.write("bad");
        assertThat(store.reloadIfSettled()).isNull();
        assertThat(store.reloadIfSettled()).isInstanceOf(ReloadResult.Refused.class);
        assertThat(store.reloadIfSettled()).isNull();
        assertThat(store.status().refused()).isEqualTo(1);
    }
}
