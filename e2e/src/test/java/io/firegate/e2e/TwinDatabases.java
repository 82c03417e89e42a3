package io.firegate.e2e;

import com.google.api.core.ApiFuture;
import com.google.cloud.firestore.Firestore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Two databases behind one gateway that differ only in what their reader may not see: whatever is asked of both over REST is answered
 * alike. Closes the gateway too.
 */
final class TwinDatabases implements AutoCloseable {
    /** The one that holds something hidden. */
    static final String HIDDEN = "hidden";

    /** Both; of equal length, so that lengths are equal too. */
    static final List<String> ALL = List.of(HIDDEN, "barren");

    static final int CALL_SECONDS = 60;

    final GatewayHarness harness;
    final String reader;
    private final HttpClient http1;
    private final HttpClient http2;

    /** Takes a gateway over. */
    TwinDatabases(GatewayHarness harness) throws IOException, GeneralSecurityException {
        this.harness = harness;
        this.reader = harness.tenant().userToken("reader");
        this.http1 = harness.http(HttpClient.Version.HTTP_1_1);
        this.http2 = harness.http(HttpClient.Version.HTTP_2);
    }

    static void put(Firestore client, String path, Map<String, Object> fields) throws Exception {
        await(client.document(path).set(fields));
    }

    static <T> T await(ApiFuture<T> future) throws Exception {
        return future.get(CALL_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * What both answer to one request, with either version of HTTP.
     *
     * @param body in which {@code DB} stands for the database; empty for a GET
     * @return for each version the answers of {@link #ALL}, in that order
     */
    List<List<String>> answers(String target, String body) throws Exception {
        List<List<String>> answers = new ArrayList<>();
        for (HttpClient client : List.of(http1, http2)) {
            List<String> each = new ArrayList<>();
            for (String database : ALL) {
                each.add(comparable(send(client, database, target, body), database));
            }
            answers.add(each);
        }
        return answers;
    }

    /** What the database with something hidden answers. */
    HttpResponse<String> send(String target, String body) throws Exception {
        return send(http1, HIDDEN, target, body);
    }

    private HttpResponse<String> send(HttpClient client, String database, String target, String body) throws Exception {
        String name = "projects/" + harness.project() + "/databases/" + database;
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(harness.documents(client.equals(http2), database) + target))
                .timeout(Duration.ofSeconds(CALL_SECONDS))
                .header("authorization", "Bearer " + reader)
                .header("content-type", "application/json");
        return client.send(
                (body.isEmpty()
                                ? request.GET()
                                : request.POST(HttpRequest.BodyPublishers.ofString(body.replace("DB", name))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String comparable(HttpResponse<String> response, String database) {
        Map<String, List<String>> headers = new TreeMap<>(response.headers().map());
        if (response.statusCode() == 200) {
            // A moment with fewer digits is shorter.
            headers.remove("content-length");
        }
        return response.statusCode() + " " + headers + "\n" + comparable(response.body(), database);
    }

    /** Without what differs between any two databases: names, moments, handles and decision ids, all of them as long. */
    static String comparable(String text, String database) {
        return text.replace("/" + database + "/", "/DB/")
                .replaceAll("\"\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z\"", "\"MOMENT\"")
                .replaceAll("\"(nextPageToken|transaction)\": \"[^\"]+\"", "\"$1\": \"HANDLE\"")
                .replaceAll("\"decision\": \"[^\"]+\"", "\"decision\": \"ID\"");
    }

    @Override
    public void close() {
        http1.shutdownNow();
        http2.shutdownNow();
        harness.close();
    }
}
