package io.firegate.config;

import io.firegate.auth.entra.Cloud;
import io.firegate.config.GatewayConfig.OnFailure;
import io.firegate.config.GatewayConfig.Reload;
import io.firegate.config.GatewayConfig.TokenVersion;
import io.firegate.policy.Guid;
import io.firegate.policy.Network;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The type of one value: how it is written and what it becomes.
 *
 * @param form how the value is written in YAML
 * @param described for the reference page
 * @param reader reads the text, whatever source it came from
 */
record ScalarType(Form form, String described, Function<String, Reading> reader) {
    /** Longest value of any setting, so that no message or log line is longer than a screen. */
    private static final int TEXT_MAX = 1_024;

    /** How a value is written in YAML. The environment and the command line know only text. */
    enum Form {
        STRING,
        BOOLEAN,
        INTEGER
    }

    /** {@code credentials.NAME.kind}. */
    enum CredentialKind {
        EMULATOR,
        SERVICE_ACCOUNT,
        GATEWAY_ISSUER
    }

    /** {@code workloadIdentity.source}. */
    enum IdentitySource {
        FEDERATED_TOKEN_FILE,
        ENTRA_MANAGED_IDENTITY,
        APP_SERVICE_MANAGED_IDENTITY,
        ENTRA_CLIENT_CERTIFICATE,
        ENTRA_WORKLOAD_IDENTITY,
        EXTERNAL_ACCOUNT_FILE,
        GCE_METADATA;

        /** Whether Entra gives it tokens for other resources than Google's. */
        boolean isInEntra() {
            return switch (this) {
                case ENTRA_MANAGED_IDENTITY,
                        APP_SERVICE_MANAGED_IDENTITY,
                        ENTRA_CLIENT_CERTIFICATE,
                        ENTRA_WORKLOAD_IDENTITY -> true;
                case FEDERATED_TOKEN_FILE, EXTERNAL_ACCOUNT_FILE, GCE_METADATA -> false;
            };
        }

        /** Whether it belongs to one tenant only. */
        boolean isManaged() {
            return this == ENTRA_MANAGED_IDENTITY || this == APP_SERVICE_MANAGED_IDENTITY;
        }

        /** As gateway.yaml writes it. */
        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** What became of a text. */
    sealed interface Reading {
        /** A value of the type. */
        record Good(Object value) implements Reading {}

        /** Not a value of the type. */
        record Bad(String message, @Nullable String fix) implements Reading {}

        /** Not a value of the type, and nothing anybody should see printed. */
        record Unprintable(String message, String fix) implements Reading {}
    }

    private static final Reading USER_INFO = new Reading.Unprintable(
            "an address holds no user name or password", "write https:// and the host, nothing else");

    /** Link-local, and the name Google gives the same address: nothing on a network answers there. */
    private static final Set<String> METADATA_HOSTS = Set.of("169.254.169.254", "metadata.google.internal");

    private static final Pattern DIGITS = Pattern.compile("-?[0-9]+");

    static final ScalarType BOOLEAN = new ScalarType(Form.BOOLEAN, "true or false", text -> switch (text) {
        case "true" -> new Reading.Good(true);
        case "false" -> new Reading.Good(false);
        default -> new Reading.Bad("`" + text + "` is neither `true` nor `false`", null);
    });

    static final ScalarType TEXT = new ScalarType(
            Form.STRING,
            "text",
            text -> text.isBlank() || !text.strip().equals(text)
                    ? new Reading.Bad("empty, or with blanks around it", null)
                    : new Reading.Good(text));

    static final ScalarType GUID = new ScalarType(Form.STRING, "a GUID", text -> {
        var guid = Guid.parse(text);
        return guid.isPresent()
                ? new Reading.Good(guid.get())
                : new Reading.Bad(
                        "`" + text + "` is not a GUID", "write it as 00000000-0000-0000-0000-000000000000, from Entra");
    });

    static final ScalarType NETWORK = new ScalarType(Form.STRING, "address/bits", text -> {
        var network = Network.parse(text);
        return network.isPresent()
                ? new Reading.Good(network.get())
                : new Reading.Bad(
                        "`" + text + "` is not a network",
                        "write its first address, a slash and a number of bits: 10.0.0.0/8, 2001:db8::/32");
    });

    /** An address of this machine to listen at. */
    static final ScalarType LISTEN_ADDRESS = new ScalarType(Form.STRING, "IP address:port", text -> {
        HostPort address = HostPort.parse(text).orElse(null);
        if (address == null || !address.isLiteral()) {
            return new Reading.Bad(
                    "`" + text + "` is not an IP address and a port",
                    "write 127.0.0.1:8080, localhost:8080, 0.0.0.0:8443 or \"[::1]:8080\"; port 0 takes a free one");
        }
        return new Reading.Good(address);
    });

    static final ScalarType EMULATOR_ADDRESS = new ScalarType(Form.STRING, "loopback address:port", text -> {
        HostPort address = HostPort.parse(text).orElse(null);
        if (address == null || address.port() == 0) {
            return new Reading.Bad("`" + text + "` is not an address and a port", "write 127.0.0.1:8085");
        }
        if (!address.isLoopback()) {
            return new Reading.Bad(
                    "the emulator checks nobody, so it must be on this machine; `" + address.host()
                            + "` is not a loopback address",
                    "write 127.0.0.1, [::1] or localhost; in containers, share the emulator's network namespace");
        }
        return new Reading.Good(address);
    });

    /** An {@code https} origin of Firestore. */
    static final ScalarType HTTPS_ENDPOINT = new ScalarType(Form.STRING, "https://host", text -> {
        if (text.regionMatches(true, 0, "http:", 0, 5)) {
            return new Reading.Bad(
                    "plaintext to Firestore would show every document and credential on the way",
                    "write https://firestore.googleapis.com, or `emulator: 127.0.0.1:8085` for a local emulator");
        }
        if (text.indexOf('@') >= 0) {
            return USER_INFO;
        }
        URI uri = origin(text);
        HostPort address = uri == null || !"https".equals(uri.getScheme()) ? null : hostPort(uri, 443);
        return address == null
                ? new Reading.Bad(
                        "`" + text + "` is not an https address without a path",
                        "write https://firestore.googleapis.com")
                : new Reading.Good(address);
    });

    /** The origin of an Entra login service. */
    static final ScalarType AUTHORITY = new ScalarType(Form.STRING, "https://host", text -> {
        if (text.indexOf('@') >= 0) {
            return USER_INFO;
        }
        URI uri = origin(text);
        HostPort address = uri == null ? null : hostPort(uri, 443);
        if (uri == null || address == null) {
            return new Reading.Bad(
                    "`" + text + "` is not an https address without a path",
                    "write https://login.microsoftonline.com, or the one of your national cloud");
        }
        if (!"https".equals(uri.getScheme()) && !address.isLoopback()) {
            return new Reading.Bad(
                    "signing keys fetched over plaintext could be anybody's",
                    "write https://; http:// is accepted for an issuer on a loopback address only");
        }
        return new Reading.Good(base(uri));
    });

    /** A path; relative ones start at the configuration file's directory. */
    static final ScalarType PATH = new ScalarType(Form.STRING, "path", text -> {
        if (text.contains("-----BEGIN") || text.contains("\n")) {
            return new Reading.Unprintable(
                    "expected the path of a file, found the content of one", "write the content to a file and name it");
        }
        try {
            return text.isBlank() ? new Reading.Bad("an empty path", null) : new Reading.Good(Path.of(text));
        } catch (InvalidPathException e) {
            return new Reading.Bad("not a path", null);
        }
    });

    static final ScalarType TOKEN_VERSION = choice(TokenVersion.values());

    static final ScalarType RELOAD = choice(Reload.values());

    static final ScalarType ON_FAILURE = choice(OnFailure.values());

    static final ScalarType ADMISSION = new ScalarType(Form.STRING, "deny, allow", text -> switch (text) {
        case "deny" -> new Reading.Good(false);
        case "allow" -> new Reading.Good(true);
        default -> new Reading.Bad("`" + text + "` is neither deny nor allow", "write deny, or allow");
    });

    static final ScalarType CLOUD = new ScalarType(Form.STRING, clouds(), text -> {
        for (Cloud cloud : Cloud.values()) {
            if (cloud.text().equals(text)) {
                return new Reading.Good(cloud);
            }
        }
        return new Reading.Bad("`" + text + "` is no cloud of Entra", "write one of " + clouds());
    });

    private static String clouds() {
        return Arrays.stream(Cloud.values()).map(Cloud::text).collect(Collectors.joining(", "));
    }

    static final ScalarType CREDENTIAL_KIND =
            new ScalarType(Form.STRING, "service-account, gateway-issuer, emulator", text -> switch (text) {
                case "emulator" -> new Reading.Good(CredentialKind.EMULATOR);
                case "service-account" -> new Reading.Good(CredentialKind.SERVICE_ACCOUNT);
                case "gateway-issuer" -> new Reading.Good(CredentialKind.GATEWAY_ISSUER);
                default ->
                    new Reading.Bad(
                            "`" + text + "` is not a kind of credential",
                            "write kind: service-account or gateway-issuer, or emulator with `upstream.emulator`");
            });

    /** The issuer of a workload identity provider, as Google takes it. */
    static final ScalarType ISSUER = pattern(
            "an https address for an issuer",
            "https://[a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]{1,100}){0,5}",
            "write https:// and a name of yours; nothing needs to answer there, because the keys are uploaded");

    static final ScalarType IDENTITY_SOURCE = new ScalarType(Form.STRING, sources(), text -> {
        for (IdentitySource source : IdentitySource.values()) {
            if (source.text().equals(text)) {
                return new Reading.Good(source);
            }
        }
        return new Reading.Bad("`" + text + "` is no source of an identity", "write one of " + sources());
    });

    private static String sources() {
        return Arrays.stream(IdentitySource.values()).map(IdentitySource::text).collect(Collectors.joining(", "));
    }

    /** A Google service account; also safe as part of a URL's path. */
    static final ScalarType SERVICE_ACCOUNT = pattern(
            "the e-mail address of a service account",
            "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?@(?:[a-z0-9-]{1,63}\\.){1,4}gserviceaccount\\.com",
            "write staff@PROJECT.iam.gserviceaccount.com");

    /** The full resource name of a workload identity provider. */
    static final ScalarType IDENTITY_PROVIDER = pattern(
            "a workload identity provider",
            "//iam\\.googleapis\\.com/projects/[0-9]{1,20}/locations/global/workloadIdentityPools/[a-z0-9-]{4,32}"
                    + "/providers/[a-z0-9-]{4,32}",
            "write //iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER: no"
                    + " `https:`, and the project's number, not its id");

    /** An endpoint of Google's token services, or a stand-in on this machine. */
    static final ScalarType GOOGLE_ENDPOINT = new ScalarType(Form.STRING, "https://NAME.googleapis.com", text -> {
        if (text.indexOf('@') >= 0) {
            return USER_INFO;
        }
        URI uri = origin(text);
        HostPort address = uri == null ? null : hostPort(uri, 443);
        boolean google = uri != null
                && address != null
                && "https".equals(uri.getScheme())
                && address.host().endsWith(".googleapis.com")
                && address.port() == 443;
        return uri != null && address != null && (google || address.isLoopback())
                ? new Reading.Good(base(uri))
                : new Reading.Bad(
                        "`" + text + "` is not an https address of Google's: firegate's tokens would go there",
                        "write https:// and a host below googleapis.com; a loopback address is accepted for tests");
    });

    /** Microsoft Graph of some cloud, or a stand-in on this machine. */
    static final ScalarType GRAPH_ENDPOINT = new ScalarType(Form.STRING, "https://graph.microsoft.com", text -> {
        URI uri = text.indexOf('@') >= 0 ? null : origin(text);
        HostPort address = uri == null ? null : hostPort(uri, 443);
        boolean graph = Arrays.stream(Cloud.values())
                .anyMatch(cloud -> cloud.graph().toString().equals(text));
        return uri != null && address != null && (graph || address.isLoopback())
                ? new Reading.Good(base(uri))
                : new Reading.Bad(
                        "`" + text + "` is no cloud's Microsoft Graph: firegate's token would go there",
                        "leave it out, `cloud` says it; a loopback address is accepted for tests");
    });

    /** A machine's metadata service, which speaks plain http, or a stand-in on this machine. */
    static final ScalarType METADATA_ENDPOINT = new ScalarType(Form.STRING, "http://host", text -> {
        URI uri = text.indexOf('@') >= 0 ? null : origin(text);
        HostPort address = uri == null ? null : hostPort(uri, 80);
        return uri != null
                        && address != null
                        && "http".equals(uri.getScheme())
                        && (METADATA_HOSTS.contains(address.host()) || address.isLoopback())
                ? new Reading.Good(base(uri))
                : new Reading.Bad(
                        "not the address of a metadata service",
                        "leave it out; http:// with 169.254.169.254, metadata.google.internal or a loopback address is accepted");
    });

    private static ScalarType pattern(String described, String pattern, String fix) {
        Pattern compiled = Pattern.compile(pattern);
        return new ScalarType(
                Form.STRING,
                described,
                text -> compiled.matcher(text).matches()
                        ? new Reading.Good(text)
                        : new Reading.Bad("`" + text + "` is not " + described, fix));
    }

    /** Scheme, host and port, without a slash at the end. */
    private static URI base(URI uri) {
        return URI.create(uri.getScheme() + "://" + uri.getRawAuthority().toLowerCase(Locale.ROOT));
    }

    /** A bound, between its own two ends. */
    static ScalarType limit(Limit limit) {
        String range = limit.min() + " to " + limit.max();
        return new ScalarType(Form.INTEGER, range, text -> {
            if (!DIGITS.matcher(text).matches()) {
                return new Reading.Bad("`" + text + "` is not a whole number", "write one from " + range);
            }
            Long value = parseLong(text);
            return value == null || value < limit.min() || value > limit.max()
                    ? new Reading.Bad(
                            "`" + limit.key() + "` is " + text + ", not between " + limit.min() + " and " + limit.max()
                                    + " (" + limit.reason() + ")",
                            "the default is " + limit.defaultValue())
                    : new Reading.Good(value);
        });
    }

    /** Null for a number beyond any bound. */
    private static @Nullable Long parseLong(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static ScalarType choice(Enum<?>[] values) {
        Map<String, Object> byText = new LinkedHashMap<>();
        for (Enum<?> value : values) {
            String text = value.toString();
            byText.put(text.equals(value.name()) ? text.toLowerCase(Locale.ROOT) : text, value);
        }
        String known = String.join(", ", byText.keySet());
        return new ScalarType(Form.STRING, known, text -> {
            Object value = byText.get(text);
            return value == null
                    ? new Reading.Bad("`" + text + "` is none of " + known, null)
                    : new Reading.Good(value);
        });
    }

    /** Scheme, host and port and nothing else; null for any other text. */
    private static @Nullable URI origin(String text) {
        try {
            URI uri = new URI(text);
            boolean bare = uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
            return bare && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme())) ? uri : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static @Nullable HostPort hostPort(URI uri, int defaultPort) {
        int port = uri.getPort() == -1 ? defaultPort : uri.getPort();
        return port == 0 ? null : HostPort.parse(uri.getHost() + ":" + port).orElse(null);
    }

    /** Reads a text of any length. */
    Reading read(String text) {
        return text.length() > TEXT_MAX
                ? new Reading.Unprintable("longer than " + TEXT_MAX + " characters", "shorten it")
                : reader.apply(text);
    }
}
