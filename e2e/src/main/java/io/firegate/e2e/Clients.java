package io.firegate.e2e;

import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.cloud.firestore.Firestore;
import com.google.cloud.firestore.FirestoreOptions;
import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Makes official Java clients. Each must be closed. */
public final class Clients {
    private static final String EMULATOR_VARIABLE = "FIRESTORE_EMULATOR_HOST";

    private Clients() {}

    /**
     * A client that talks plaintext HTTP/2 to firegate as a sidecar.
     *
     * @param address {@code 127.0.0.1:port}; never {@code localhost}, at which the client drops its credentials
     */
    public static Firestore plaintext(String address, String project, String database, Supplier<String> token) {
        return build(address, project, database, token, null);
    }

    /**
     * A client that talks TLS to firegate.
     *
     * @param authority the certificate to trust, PEM; an application whose JVM trusts it already needs {@code setHost} alone
     */
    public static Firestore tls(
            String address, String project, String database, Supplier<String> token, Path authority) {
        return build(address, project, database, token, authority);
    }

    /**
     * A client that talks to the emulator itself, with the emulator's own administrator token. The client's own
     * {@code setEmulatorHost} ignores this credential object and, without one, dials production.
     */
    public static Firestore direct(String emulator, String project, String database) {
        return build(emulator, project, database, () -> "owner", null);
    }

    private static Firestore build(
            String address, String project, String database, Supplier<String> token, @Nullable Path authority) {
        String emulator = System.getenv(EMULATOR_VARIABLE);
        if (emulator != null) {
            throw new IllegalStateException(
                    EMULATOR_VARIABLE + " is set to " + emulator
                            + ": the official Java client would go there, past firegate, whatever it is told. Unset it for this JVM");
        }
        return FirestoreOptions.newBuilder()
                .setProjectId(project)
                .setDatabaseId(database)
                .setCredentials(new EntraCredentials(token))
                .setChannelProvider(InstantiatingGrpcChannelProvider.newBuilder()
                        .setEndpoint(address)
                        .setChannelConfigurator(
                                builder -> authority == null ? builder.usePlaintext() : trusting(builder, authority))
                        .build())
                .build()
                .getService();
    }

    @SuppressWarnings("rawtypes") // as gax declares its configurator
    private static ManagedChannelBuilder trusting(ManagedChannelBuilder builder, Path authority) {
        try {
            return ((NettyChannelBuilder) builder)
                    .sslContext(GrpcSslContexts.forClient()
                            .trustManager(authority.toFile())
                            .build());
        } catch (SSLException e) {
            throw new IllegalArgumentException("not a PEM certificate: " + authority, e);
        }
    }
}
