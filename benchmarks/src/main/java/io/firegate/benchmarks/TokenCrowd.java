package io.firegate.benchmarks;

import io.firegate.auth.entra.TokenVerifier;
import io.firegate.auth.entra.Verification;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.TokenMint;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordingStream;

/**
 * A hundred thousand people, each with a token of their own: what remembering them costs in memory, and how long the program stands still
 * meanwhile. Pauses are those the virtual machine itself reports (the event {@code jdk.GCPhasePause} of the flight recorder), which a busy
 * machine around it does not lengthen as it would a thread that measures its own sleep.
 *
 * <p>Arguments: a file, which is made when it is not there and serves until its tokens expire after 90 minutes, because minting takes minutes; how
 * many tokens come, and how many the verifier keeps.
 */
public final class TokenCrowd {
    private static final int ROUNDS = 3;

    private TokenCrowd() {}

    /** Runs it and prints what it found. */
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        int tokens = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100_000;
        int kept = arguments.length > 2 ? Integer.parseInt(arguments[2]) : tokens;
        if (!Files.exists(file)) {
            mint(file, tokens);
        }
        byte[][] headers;
        TokenVerifier verifier;
        try (Stream<String> lines = Files.lines(file, StandardCharsets.US_ASCII)) {
            Iterator<String> line = lines.iterator();
            verifier = TokenBenchmark.verifier(line.next(), line.next(), kept);
            headers = new byte[tokens][];
            for (int i = 0; i < tokens; i++) {
                headers[i] = line.next().getBytes(StandardCharsets.US_ASCII);
            }
        }
        try (verifier) {
            verifier.start().toCompletableFuture().join();
            measure(verifier, headers, kept);
        }
    }

    /** Authority, keys, and one header value on each further line. */
    private static void mint(Path file, int tokens) throws IOException {
        // As in a company: a few hundred groups, of which each person is in twenty.
        List<String> groups =
                Stream.generate(() -> UUID.randomUUID().toString()).limit(500).toList();
        try (LocalIssuer issuer = LocalIssuer.start(InstantSource.system())) {
            LocalTenant tenant =
                    issuer.addTenant(TokenBenchmark.TENANT.value(), TokenBenchmark.AUDIENCE, TokenBenchmark.SCOPE);
            Stream<String> headers = IntStream.range(0, tokens).parallel().mapToObj(i -> {
                Map<String, Object> claims = TokenMint.claims(
                        tenant.issuer(),
                        tenant.id(),
                        TokenBenchmark.AUDIENCE,
                        LocalTenant.DEFAULT_CLIENT,
                        UUID.randomUUID().toString(),
                        InstantSource.system().instant(),
                        5_400);
                List<String> own = new ArrayList<>();
                for (int j = 0; j < TokenBenchmark.GROUPS; j++) {
                    own.add(groups.get((i * 31 + j * 17) % groups.size()));
                }
                claims.put("groups", own);
                claims.put("scp", TokenBenchmark.SCOPE);
                claims.put("uti", UUID.randomUUID().toString());
                return "Bearer " + tenant.mint(claims);
            });
            List<String> lines = new ArrayList<>(List.of(issuer.authority(), tenant.keySet(true)));
            lines.addAll(headers.toList());
            Files.write(file, lines, StandardCharsets.US_ASCII);
        }
    }

    private static void measure(TokenVerifier verifier, byte[][] headers, int kept) {
        long before = heap();
        AtomicLong pauses = new AtomicLong();
        AtomicLong longest = new AtomicLong();
        try (RecordingStream stream = new RecordingStream()) {
            stream.enable("jdk.GCPhasePause").withoutThreshold();
            stream.onEvent("jdk.GCPhasePause", event -> {
                pauses.incrementAndGet();
                longest.accumulateAndGet(event.getDuration().toNanos(), Math::max);
            });
            stream.startAsync();
            for (int round = 0; round < ROUNDS; round++) {
                long[] each = new long[headers.length];
                for (int i = 0; i < headers.length; i++) {
                    long start = System.nanoTime();
                    if (!(verifier.verify(headers[i], 0, headers[i].length) instanceof Verification.Verified)) {
                        throw new IllegalStateException("the token to be measured is not good");
                    }
                    each[i] = System.nanoTime() - start;
                }
                Arrays.sort(each);
                System.out.printf(
                        "round %d: %,d tokens, median %,d ns, 99 %% below %,d ns; signatures checked so far %,d, kept %,d%n",
                        round + 1,
                        headers.length,
                        each[headers.length / 2],
                        each[headers.length - headers.length / 100],
                        verifier.signatureChecks(),
                        verifier.tokensCached());
            }
            stream.stop();
        }
        System.out.printf(
                "pauses: %d, the longest %.2f ms%n",
                pauses.get(), longest.get() / (double) Duration.ofMillis(1).toNanos());
        System.out.printf(
                "memory: %,d bytes for each of %,d tokens kept; %s, %d MiB of heap at most, signatures by %s%n",
                (heap() - before) / Math.min(kept, headers.length),
                Math.min(kept, headers.length),
                ManagementFactory.getGarbageCollectorMXBeans().get(0).getName(),
                Runtime.getRuntime().maxMemory() >> 20,
                TokenVerifier.signatureProvider());
    }

    private static long heap() {
        for (int i = 0; i < ROUNDS; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
