package io.firegate.auth.federation;

import io.firegate.auth.credential.CredentialProblem;
import io.firegate.auth.federation.JsonCalls.Reply;
import io.firegate.auth.input.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Google's federated token by way of an Application Default Credentials file of type {@code external_account}. Such a file may name a
 * command to run; that, and AWS and X.509 sources, are refused by name.
 */
final class ExternalAccount implements TokenSource {
    private static final Pattern AUDIENCE = Pattern.compile(
            "//iam\\.googleapis\\.com/projects/[0-9]{1,20}/locations/global/workloadIdentityPools/[a-z0-9-]{4,32}/providers/[a-z0-9-]{4,32}");

    private static final Set<String> SUBJECT_TOKEN_TYPES =
            Set.of(TokenExchange.JWT, "urn:ietf:params:oauth:token-type:id_token");

    /** A header of {@code credential_source.headers}: nothing that could end the line, and none the HTTP client owns. */
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private static final Pattern HEADER_VALUE = Pattern.compile("[ -~]{0,2048}");
    private static final Set<String> HEADERS_OWNED =
            Set.of("host", "connection", "content-length", "expect", "upgrade");

    /** Loopback and link-local. */
    private static final Pattern OF_THIS_MACHINE =
            Pattern.compile("127(\\.[0-9]{1,3}){3}|169\\.254(\\.[0-9]{1,3}){2}|\\[::1]");

    private final Path file;
    private final URI sts;
    private final JsonCalls source;
    private final JsonCalls google;
    private final int bytesMax;
    private final InstantSource clock;

    /**
     * A file.
     *
     * @param sts Google's token service: the file may name no other, so that its tokens go nowhere else
     * @param source calls of the address the file names, directly
     * @param google calls of Google
     */
    ExternalAccount(Path file, URI sts, JsonCalls source, JsonCalls google, int bytesMax, InstantSource clock) {
        this.file = file;
        this.sts = sts;
        this.source = source;
        this.google = google;
        this.bytesMax = bytesMax;
        this.clock = clock;
    }

    /** What a file says. */
    private record Read(TokenSource subject, TokenExchange.Terms terms) {}

    /** What is wrong with a file. */
    private static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        Unusable(String what) {
            super(what, null, false, false);
        }
    }

    @Override
    public CompletionStage<TokenReply> fetch() {
        try {
            Read read = read();
            return new TokenExchange(read.subject(), google, read.terms(), clock).fetch();
        } catch (Unusable e) {
            return CompletableFuture.completedFuture(
                    TokenReply.failed(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE, file + " " + e.getMessage()));
        }
    }

    private Read read() throws Unusable {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(bytesMax);
        } catch (IOException e) {
            throw new Unusable("cannot be read: " + e.getClass().getSimpleName());
        }
        Map<String, Object> json = StrictJson.object(bytes, StrictJson.Duplicates.REFUSED);
        if (json == null) {
            throw new Unusable("is no JSON object");
        }
        if (!"external_account".equals(json.get("type"))) {
            throw new Unusable("is not of type external_account");
        }
        if (!"googleapis.com".equals(json.getOrDefault("universe_domain", "googleapis.com"))) {
            throw new Unusable("is for another universe than googleapis.com");
        }
        String audience = text(json, "audience");
        if (!AUDIENCE.matcher(audience).matches()) {
            throw new Unusable("names an audience that is no workload identity provider");
        }
        String type = text(json, "subject_token_type");
        if (!SUBJECT_TOKEN_TYPES.contains(type)) {
            throw new Unusable("has a subject_token_type other than jwt and id_token");
        }
        URI address = address(text(json, "token_url"));
        boolean google = "https".equals(address.getScheme())
                && address.getHost().endsWith(".googleapis.com")
                && address.getPort() == -1;
        boolean configured = sts.getRawAuthority().equals(address.getRawAuthority())
                && sts.getScheme().equals(address.getScheme());
        if (!(google || configured) || !"/v1/token".equals(address.getPath())) {
            throw new Unusable("has a token_url that is not Google's");
        }
        URI asked = URI.create(address.getScheme() + "://" + address.getRawAuthority());
        if (!(json.get("credential_source") instanceof Map<?, ?> where)) {
            throw new Unusable("has no credential_source");
        }
        return new Read(subject(where), new TokenExchange.Terms(audience, asked, type, Impersonation.CALLER_SCOPE));
    }

    private TokenSource subject(Map<?, ?> where) throws Unusable {
        for (String other : List.of("executable", "environment_id", "certificate")) {
            if (where.containsKey(other)) {
                throw new Unusable("has a credential_source with `" + other + "`; firegate takes `file` and `url`");
            }
        }
        String field = field(where.get("format"));
        if (where.get("file") instanceof String path && !where.containsKey("url")) {
            return new TokenFile(file.resolveSibling(path), field, bytesMax);
        }
        if (!(where.get("url") instanceof String url) || where.containsKey("file")) {
            throw new Unusable("has a credential_source that names neither one `file` nor one `url`");
        }
        URI address = address(url);
        if (!"https".equals(address.getScheme()) && !isOfThisMachine(address.getHost())) {
            throw new Unusable("has a credential_source with a plaintext url that is not this machine's");
        }
        Map<String, String> headers = headers(where.get("headers"));
        return () -> {
            HttpRequest.Builder request = HttpRequest.newBuilder(address).version(HttpClient.Version.HTTP_1_1);
            headers.forEach(request::header);
            return source.send(request).thenApply(reply -> subjectToken(reply, field));
        };
    }

    private static @Nullable String field(@Nullable Object format) throws Unusable {
        if (format == null) {
            return null;
        }
        Object type = format instanceof Map<?, ?> members ? members.get("type") : null;
        if ("text".equals(type)) {
            return null;
        }
        if ("json".equals(type)
                && format instanceof Map<?, ?> members
                && members.get("subject_token_field_name") instanceof String name) {
            return name;
        }
        throw new Unusable(
                "has a credential_source.format that is neither text nor json with subject_token_field_name");
    }

    private static Map<String, String> headers(@Nullable Object written) throws Unusable {
        Map<String, String> headers = new LinkedHashMap<>();
        if (written instanceof Map<?, ?> members) {
            for (Map.Entry<?, ?> entry : members.entrySet()) {
                String name = String.valueOf(entry.getKey());
                boolean good = HEADER_NAME.matcher(name).matches()
                        && !HEADERS_OWNED.contains(name.toLowerCase(Locale.ROOT))
                        && entry.getValue() instanceof String value
                        && HEADER_VALUE.matcher(value).matches();
                if (!good) {
                    throw new Unusable("has a header in credential_source.headers that cannot be sent");
                }
                headers.put(name, String.valueOf(entry.getValue()));
            }
        } else if (written != null) {
            throw new Unusable("has credential_source.headers that are no object");
        }
        return headers;
    }

    private static TokenReply subjectToken(Reply reply, @Nullable String field) {
        return switch (reply) {
            case Reply.Broken broken -> MetadataToken.unlessAbsent(broken.reply());
            case Reply.Answer answer -> {
                TokenReply failure = answer.status() == 200 ? null : answer.commonFailure();
                if (failure != null) {
                    yield failure;
                }
                if (answer.status() != 200) {
                    yield answer.refusal(CredentialProblem.SUBJECT_TOKEN_UNAVAILABLE);
                }
                Object token = field == null ? answer.text() : answer.member(field);
                yield token instanceof String text && FetchedToken.isPlain(text)
                        ? new TokenReply.Issued(new FetchedToken(text, Instant.MAX))
                        : answer.malformed("no usable token");
            }
        };
    }

    private static String text(Map<String, Object> json, String name) throws Unusable {
        if (json.get(name) instanceof String text) {
            return text;
        }
        throw new Unusable("has no " + name);
    }

    private static URI address(String text) throws Unusable {
        try {
            URI address = URI.create(text);
            boolean web = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
            if (web && address.getHost() != null && address.getRawUserInfo() == null) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // Said below, without the text: it may hold a secret.
        }
        throw new Unusable("holds an address that is none");
    }

    /** Literal loopback and link-local addresses, and the name Google gives one of them. No name is resolved. */
    private static boolean isOfThisMachine(String host) {
        if (host.equals("localhost") || host.equals("metadata.google.internal")) {
            return true;
        }
        return OF_THIS_MACHINE.matcher(host).matches();
    }
}
