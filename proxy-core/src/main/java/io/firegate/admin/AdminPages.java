package io.firegate.admin;

import io.firegate.admin.Health.Probe;
import io.firegate.admin.Health.Result;
import io.firegate.metrics.Scrape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the admin listener answers, without the wire. Safe for any thread. */
public final class AdminPages {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PATHS = "/livez /readyz /startupz (?verbose) /metrics";

    private final Health health;
    private final Scrape scrape;

    /** The pages about one gateway. */
    public AdminPages(Health health, Scrape scrape) {
        this.health = health;
        this.scrape = scrape;
    }

    /**
     * An answer.
     *
     * @param status in HTTP
     * @param body what a GET sends; a HEAD tells its length
     */
    record Answer(int status, String contentType, String body) {
        static Answer text(int status, String text) {
            return new Answer(status, TEXT, text);
        }
    }

    /**
     * Answers one request.
     *
     * @param target path and query, as sent
     * @param accept the {@code Accept} header
     */
    Answer answer(String method, String target, @Nullable String accept) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        boolean verbose = query >= 0
                && Arrays.stream(target.substring(query + 1).split("&", -1))
                        .anyMatch(each -> each.equals("verbose") || each.startsWith("verbose="));
        Probe probe = switch (path) {
            case "/livez", "/healthz" -> Probe.LIVE;
            case "/readyz" -> Probe.READY;
            case "/startupz" -> Probe.STARTED;
            default -> null;
        };
        if (probe == null && !path.equals("/metrics")) {
            return Answer.text(404, "no such page; there are " + PATHS + "\n");
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Answer.text(405, "this listener is only read from: GET or HEAD\n");
        }
        if (probe != null) {
            return answer(health.ask(probe), verbose);
        }
        Scrape.Page page = scrape.page(accept);
        return new Answer(200, page.contentType(), page.text());
    }

    private static Answer answer(List<Result> results, boolean verbose) {
        boolean good = results.stream().allMatch(result -> result.finding().good());
        StringBuilder text = new StringBuilder(good ? "ok\n" : "not ok\n");
        for (Result result : results) {
            if (verbose || !result.finding().good()) {
                text.append(result.finding().good() ? "[+] " : "[-] ")
                        .append(result.name())
                        .append(": ")
                        .append(result.finding().words())
                        .append('\n');
            }
        }
        return Answer.text(good ? 200 : 503, text.toString());
    }
}
