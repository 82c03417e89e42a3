package io.firegate.auth.entra;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Keys as a test sets them. Answers at once, or when told to. Safe for any thread. */
final class FakeKeySource implements KeySource {
    private final AtomicInteger fetches = new AtomicInteger();
    private final Deque<CompletableFuture<Answer>> held = new ArrayDeque<>();
    private Answer answer = new Answer.Failed("nothing published");
    private boolean holding;

    @Override
    public synchronized CompletionStage<Answer> fetch() {
        fetches.incrementAndGet();
        if (!holding) {
            return CompletableFuture.completedFuture(answer);
        }
        CompletableFuture<Answer> later = new CompletableFuture<>();
        held.add(later);
        return later;
    }

    synchronized void answerWith(Answer newAnswer) {
        answer = newAnswer;
    }

    /** Publishes key set entries for v2 tokens. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    final void publish(Map<String, Object>... keys) {
        answerWith(documents(Map.of(TokenVersion.V2, List.of(keys))));
    }

    static Answer documents(Map<TokenVersion, List<Map<String, Object>>> keys) {
        Map<TokenVersion, byte[]> sets = new EnumMap<>(TokenVersion.class);
        keys.forEach((version, entries) -> sets.put(
                version, JSONObjectUtils.toJSONString(Map.of("keys", entries)).getBytes(StandardCharsets.UTF_8)));
        return new Answer.Documents(sets);
    }

    /** Fetches begun from now on end only with {@link #release}. */
    synchronized void hold() {
        holding = true;
    }

    /** Ends the held fetches with the present answer. */
    void release() {
        List<CompletableFuture<Answer>> ready;
        Answer now;
        synchronized (this) {
            holding = false;
            ready = List.copyOf(held);
            held.clear();
            now = answer;
        }
        ready.forEach(later -> later.complete(now));
    }

    int fetches() {
        return fetches.get();
    }
}
