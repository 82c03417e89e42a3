package io.firegate.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Asks an admin listener. Waits on the calling thread. */
final class AdminClient {
    /** Above all a gateway may wait for before it says something new, on a machine with other work. */
    private static final Duration WITHIN = Duration.ofSeconds(60);

    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private final int port;

    AdminClient(int port) {
        this.port = port;
    }

    /** What it said; status 0 when nobody answered. */
    record Answer(int status, String body) {}

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    Answer ask(String path) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url(path)).toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(5_000);
            connection.setReadTimeout(5_000);
            int status = connection.getResponseCode();
            try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                return new Answer(status, new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            return new Answer(0, e.toString());
        }
    }

    /** Asks until the answer fits. */
    Answer await(String path, Predicate<Answer> fits) {
        long end = System.nanoTime() + WITHIN.toNanos();
        while (true) {
            Answer answer = ask(path);
            if (fits.test(answer)) {
                return answer;
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("no such answer of " + path + " within " + WITHIN + ", the last: " + answer);
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    /** Waits for a status. */
    Answer awaitStatus(String path, int status) {
        return await(path, answer -> answer.status() == status);
    }

    /** Waits for a line of the metrics. */
    void awaitMetric(String line) {
        await("/metrics", answer -> answer.body().lines().anyMatch(line::equals));
    }
}
