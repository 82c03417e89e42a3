package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.firestore.v1.BatchGetDocumentsRequest;
import com.google.firestore.v1.BatchGetDocumentsResponse;
import com.google.firestore.v1.CommitRequest;
import com.google.firestore.v1.CommitResponse;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import io.firegate.fixtures.entra.LocalIssuer;
import io.firegate.fixtures.entra.LocalTenant;
import io.firegate.fixtures.entra.Persona;
import io.firegate.fixtures.entra.RegisteredApp;
import io.firegate.fixtures.google.GoogleFault;
import io.firegate.fixtures.google.LocalGoogle;
import io.firegate.fixtures.google.Provider;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a caller's Entra token to a Google token of the tier's service account: local issuer, local STS and IAM Credentials, and a
 * Firestore that takes no other token.
 */
class GoogleCredentialsTest {
    private static final String TENANT = "7f3d2c10-0000-4000-8000-0000000000e5";
    private static final String API = "7f3d2c10-0000-4000-8000-0000000000a5";
    private static final String WORKLOAD_TENANT = "7f3d2c10-0000-4000-8000-0000000000e6";
    private static final String WORKLOAD_CLIENT = "7f3d2c10-0000-4000-8000-0000000000c6";
    private static final String WORKLOAD_OID = "7f3d2c10-0000-4000-8000-0000000000d6";
    private static final String PROVIDER =
            "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/entra/providers/proxy";
    private static final String READER = "reader@clinic-prod.iam.gserviceaccount.com";
    private static final String WRITER = "writer@clinic-prod.iam.gserviceaccount.com";
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final String project = "google-" + UUID.randomUUID().toString().substring(0, 8);
    private LocalIssuer issuer;
    private LocalTenant tenant;
    private LocalGoogle google;
    private GuardedFirestore firestore;
    private Path yaml;
    private Path audit;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        issuer = LocalIssuer.start(InstantSource.system());
        tenant = issuer.addTenant(TENANT, API, "Data.Access");
        tenant.add(new Persona("reader", WORKLOAD_OID, List.of("5b1f0a52-0000-4000-8000-0000000000f1")));
        tenant.add(new Persona("writer", API, List.of("5b1f0a52-0000-4000-8000-0000000000f2")));
        LocalTenant workload = issuer.addTenant(WORKLOAD_TENANT, "api://federation", "unused");
        workload.add(new RegisteredApp(WORKLOAD_CLIENT, "unused", WORKLOAD_OID, List.of()));
        google = LocalGoogle.start(InstantSource.system());
        google.add(new Provider(
                PROVIDER, workload, "api://federation", Map.of("tid", WORKLOAD_TENANT, "oid", WORKLOAD_OID)));
        google.addAccount(READER, WORKLOAD_OID);
        google.addAccount(WRITER, WORKLOAD_OID);
        firestore = new GuardedFirestore(
                GatewayHarness.emulator().endpoint().toString(),
                google::accountOf,
                Map.of(READER, Set.of("BatchGetDocuments"), WRITER, Set.of("Commit")));
        Files.writeString(directory.resolve("workload.jwt"), workload.appToken(WORKLOAD_CLIENT));
        audit = directory.resolve("audit.jsonl");
        Files.writeString(
                Files.createDirectories(directory.resolve("policy")).resolve("p.yaml"), """
                version: 1
                tiers:
                  reading:
                    databases: ["%1$s/(default)"]
                    credential: reader
                    rules:
                      - { id: r, path: "/things/{d}", allow: [get] }
                  writing:
                    databases: ["%1$s/(default)"]
                    credential: writer
                    rules:
                      - { id: w, path: "/things/{d}", allow: [get, write] }
                bindings:
                  - { tier: reading, groups: [5b1f0a52-0000-4000-8000-0000000000f1] }
                  - { tier: writing, groups: [5b1f0a52-0000-4000-8000-0000000000f2] }
                """.formatted(project));
        yaml = directory.resolve("gateway.yaml");
        Files.writeString(yaml, """
                listeners: [ { address: "127.0.0.1:0" } ]
                admin: { address: "127.0.0.1:0" }
                tenants:
                  - { id: %s, authority: "%s", audiences: ["%s"], scope: Data.Access, keys: { discovery: true } }
                upstream: { emulator: "%s" }
                workloadIdentity:
                  source: federated-token-file
                  audience: %s
                  file: workload.jwt
                  endpoints: { sts: "%6$s", iamCredentials: "%6$s" }
                credentials:
                  reader: { kind: service-account, account: %7$s }
                  writer: { kind: service-account, account: %8$s }
                policy: { dir: policy, reload: signal }
                audit: { file: audit.jsonl }
                """.formatted(
                TENANT, issuer.authority(), API, firestore.address(), PROVIDER, google.address(), READER, WRITER));
    }

    @AfterEach
    void stop() {
        firestore.close();
        google.close();
        issuer.close();
    }

    @Test
    void everyTierGoesWithItsOwnAccount() throws Exception {
        try (InProcessGateway gateway = InProcessGateway.start(yaml)) {
            AdminClient admin = new AdminClient(gateway.adminPort());
            admin.await(
                    "/readyz?verbose",
                    answer -> answer.body().contains("[+] credentials: valid for every service account"));
            write(gateway, "writer");
            assertThat(read(gateway, "reader")).isEqualTo("v");
            assertThat(firestore.calls())
                    .containsExactly(
                            new GuardedFirestore.Call(WRITER, "Commit"),
                            new GuardedFirestore.Call(READER, "BatchGetDocuments"));
            // The policy grants the writer's tier reading; IAM grants its account none: the second lock holds, and is
            // named.
            assertFailure(() -> read(gateway, "writer"), Status.Code.PERMISSION_DENIED, "UPSTREAM_DENIED");

            assertThat(google.stsCalls()).isEqualTo(2);
            assertThat(google.iamCalls()).isEqualTo(2);
            google.failSts(GoogleFault.STATUS_503);
            google.failIam(GoogleFault.STATUS_503);
            assertThat(read(gateway, "reader")).as("STS and IAM down").isEqualTo("v");
            assertThat(admin.ask("/metrics").body().lines())
                    .contains(
                            "firegate_credential_usable{credential=\"reader\"} 1.0",
                            "firegate_credential_refreshes_total{credential=\"writer\",result=\"ok\"} 1.0");

            assertThatThrownBy(() -> get(firestore.address(), "Bearer owner"))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            refused ->
                                    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
            String record = Files.readString(audit);
            assertThat(record).contains("\"credential\":\"reader\"", "\"credential\":\"writer\"");
            String metrics = admin.ask("/metrics").body();
            for (String token : google.tokensIssued()) {
                assertThat(record).doesNotContain(token);
                assertThat(metrics).doesNotContain(token);
                assertThat(gateway.said()).doesNotContain(token);
            }
        }
    }

    @Test
    void noneLeftIsUnavailableWithItsCauseAndPassesByItself() {
        google.lifetimeGiven(Duration.ofSeconds(2));
        try (InProcessGateway gateway = InProcessGateway.start(yaml)) {
            AdminClient admin = new AdminClient(gateway.adminPort());
            admin.awaitMetric("firegate_credential_usable{credential=\"writer\"} 1.0");
            google.failSts(GoogleFault.STATUS_500);
            admin.awaitMetric("firegate_credential_usable{credential=\"reader\"} 0.0");
            StatusRuntimeException refused =
                    assertFailure(() -> read(gateway, "reader"), Status.Code.UNAVAILABLE, "SERVICE_FAILED");
            assertThat(refused.getStatus().getDescription())
                    .isEqualTo("firegate: no valid Google credential: the token service failed");
            assertThat(errorInfo(refused).getMetadataMap())
                    .containsEntry("credential", "reader")
                    .containsEntry("retryAfterSeconds", "1");
            assertThat(firestore.calls()).isEmpty();
            assertThat(admin.awaitStatus("/readyz", 503).body())
                    .contains("[-] credentials: no Google credential is valid: ", "/v1/token answered 500");

            google.lifetimeGiven(Duration.ofHours(1));
            google.failSts(GoogleFault.NONE);
            admin.awaitMetric("firegate_credential_usable{credential=\"reader\"} 1.0");
            read(gateway, "reader");
            assertThat(firestore.calls()).containsExactly(new GuardedFirestore.Call(READER, "BatchGetDocuments"));
        }
    }

    private static StatusRuntimeException assertFailure(ThrowingCallable attempt, Status.Code code, String reason) {
        StatusRuntimeException[] caught = new StatusRuntimeException[1];
        assertThatThrownBy(attempt).isInstanceOfSatisfying(StatusRuntimeException.class, refused -> {
            assertThat(refused.getStatus().getCode()).isEqualTo(code);
            assertThat(errorInfo(refused).getReason()).isEqualTo(reason);
            assertThat(errorInfo(refused).getDomain()).isEqualTo("firegate");
            caught[0] = refused;
        });
        return Objects.requireNonNull(caught[0]);
    }

    private static ErrorInfo errorInfo(StatusRuntimeException refused) {
        try {
            return Objects.requireNonNull(StatusProto.fromThrowable(refused))
                    .getDetails(0)
                    .unpack(ErrorInfo.class);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("the details are no ErrorInfo", e);
        }
    }

    private String read(InProcessGateway gateway, String persona) {
        return get("127.0.0.1:" + gateway.port(0), "Bearer " + tenant.userToken(persona));
    }

    private String database() {
        return "projects/" + project + "/databases/(default)";
    }

    private String get(String address, String authorization) {
        return get(address, authorization, project);
    }

    /** One document of a project, by a bare call. */
    static String get(String address, String authorization, String project) {
        return get(address, authorization, project, TimeUnit.MINUTES.toMillis(1));
    }

    static String get(String address, String authorization, String project, long millis) {
        String database = "projects/" + project + "/databases/(default)";
        BatchGetDocumentsRequest request = BatchGetDocumentsRequest.newBuilder()
                .setDatabase(database)
                .addDocuments(database + "/documents/things/one")
                .build();
        return call(
                        address,
                        "BatchGetDocuments",
                        authorization,
                        request,
                        BatchGetDocumentsResponse.getDefaultInstance(),
                        millis)
                .next()
                .getFound()
                .getFieldsOrDefault("f", Value.getDefaultInstance())
                .getStringValue();
    }

    private void write(InProcessGateway gateway, String persona) {
        Document document = Document.newBuilder()
                .setName(database() + "/documents/things/one")
                .putFields("f", Value.newBuilder().setStringValue("v").build())
                .build();
        CommitRequest request = CommitRequest.newBuilder()
                .setDatabase(database())
                .addWrites(Write.newBuilder().setUpdate(document))
                .build();
        CommitResponse answer = call(
                        "127.0.0.1:" + gateway.port(0),
                        "Commit",
                        "Bearer " + tenant.userToken(persona),
                        request,
                        CommitResponse.getDefaultInstance(),
                        TimeUnit.MINUTES.toMillis(1))
                .next();
        assertThat(answer.getWriteResultsCount()).isEqualTo(1);
    }

    /** A bare call: the official client would repeat what is UNAVAILABLE. */
    private static <A extends Message, B extends Message> Iterator<B> call(
            String address, String method, String authorization, A request, B answer, long millis) {
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, authorization);
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(address).usePlaintext().build();
        try {
            List<B> answers = new ArrayList<>();
            ClientCalls.blockingServerStreamingCall(
                            ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
                            MethodDescriptor.newBuilder(ProtoUtils.marshaller(request), ProtoUtils.marshaller(answer))
                                    .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                                    .setFullMethodName("google.firestore.v1.Firestore/" + method)
                                    .build(),
                            CallOptions.DEFAULT.withDeadlineAfter(millis, TimeUnit.MILLISECONDS),
                            request)
                    .forEachRemaining(answers::add);
            return answers.iterator();
        } finally {
            channel.shutdownNow();
        }
    }
}
