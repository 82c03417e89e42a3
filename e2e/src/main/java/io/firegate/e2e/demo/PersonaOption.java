package io.firegate.e2e.demo;

import io.firegate.fixtures.entra.LocalIssuer;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code --as}, and what it needs: the running demo and its issuer. */
final class PersonaOption {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    @Option(names = "--as", paramLabel = "PERSONA", required = true, description = "who asks, for example ward-nurse")
    private String name = "";

    /** The demo that runs in another terminal. */
    RunningDemo demo(CommandSpec spec) throws IOException {
        return RunningDemo.find()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "no demo is running: start ./firegate demo in another terminal"));
    }

    /** A token as an application would get it, from the token endpoint. */
    String token(CommandSpec spec, RunningDemo demo) throws IOException, InterruptedException {
        String form = "grant_type=" + encode(LocalIssuer.PERSONA_GRANT) + "&persona=" + encode(name);
        HttpResponse<String> answer;
        try (HttpClient client = HttpClient.newHttpClient()) {
            answer = client.send(
                    HttpRequest.newBuilder(demo.tokenEndpoint())
                            .timeout(ANSWER_WITHIN)
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString(form))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
        // JSON is YAML.
        Object body = new Load(LoadSettings.builder().build()).loadFromString(answer.body());
        if (answer.statusCode() == 200
                && body instanceof Map<?, ?> map
                && map.get("access_token") instanceof String token) {
            return token;
        }
        throw new ParameterException(spec.commandLine(), "the demo's issuer knows no persona \"" + name + "\"");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
