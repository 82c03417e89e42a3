package io.firegate.cli;

import io.firegate.config.ConfigLoad;
import io.firegate.config.HostPort;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code firegate healthcheck}: asks a running gateway how it is, for containers without a shell. */
@Command(
        name = "healthcheck",
        description = "Ask a running gateway whether it is ready; exit code 5 when it is not",
        mixinStandardHelpOptions = true)
final class HealthcheckCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Option(names = "--url", paramLabel = "URL", description = "ask here in place of the configured admin address")
    private @Nullable String url;

    @Option(names = "--live", description = "ask whether it is alive (/livez) in place of ready (/readyz)")
    private boolean live;

    @Option(
            names = "--timeout-millis",
            paramLabel = "N",
            defaultValue = "2000",
            description = "how long to wait, for connecting and for the answer each (default: ${DEFAULT-VALUE})")
    private int timeoutMillis;

    HealthcheckCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (timeoutMillis < 1) {
            surroundings.err().println("--timeout-millis must be above 0");
            return ExitCode.USAGE.code();
        }
        String given = url;
        if (given != null) {
            URI uri = http(given);
            if (uri == null) {
                surroundings
                        .err()
                        .println("--url must be an http:// address, for example http://127.0.0.1:9901/readyz");
                return ExitCode.USAGE.code();
            }
            return probe(uri);
        }
        return switch (options.load(surroundings)) {
            case ConfigLoad.Refused refused -> {
                surroundings.err().print(refused.render());
                yield ExitCode.INVALID.code();
            }
            case ConfigLoad.Loaded loaded -> {
                HostPort address = reachable(loaded.config().admin().address());
                if (address.port() == 0) {
                    surroundings.err().println("admin.address has port 0, a free one: name the address with --url");
                    yield ExitCode.USAGE.code();
                }
                yield probe(URI.create("http://" + address + (live ? "/livez" : "/readyz")));
            }
        };
    }

    /** A listener at every address is asked through loopback. */
    private static HostPort reachable(HostPort address) {
        if (!address.toSocketAddress().getAddress().isAnyLocalAddress()) {
            return address;
        }
        return new HostPort(
                address.host().indexOf(':') >= 0
                        ? "::1"
                        : InetAddress.getLoopbackAddress().getHostAddress(),
                address.port());
    }

    private static @Nullable URI http(String text) {
        try {
            URI uri = new URI(text);
            return "http".equals(uri.getScheme()) && uri.getHost() != null ? uri : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private int probe(URI uri) {
        try {
            // No proxy of the environment: the question is how the process next door is.
            if (!(uri.toURL().openConnection(Proxy.NO_PROXY) instanceof HttpURLConnection connection)) {
                throw new IOException("not http");
            }
            connection.setConnectTimeout(timeoutMillis);
            connection.setReadTimeout(timeoutMillis);
            connection.setInstanceFollowRedirects(false);
            int status = connection.getResponseCode();
            connection.disconnect();
            if (status == HttpURLConnection.HTTP_OK) {
                surroundings.out().println("ok");
                return ExitCode.OK.code();
            }
            surroundings.err().println(uri + " answered " + status);
        } catch (IOException e) {
            surroundings.err().println(uri + " does not answer: " + e.getMessage());
        }
        return ExitCode.PROBE_FAILED.code();
    }
}
