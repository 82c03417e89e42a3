package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.firestore.v1.ListCollectionIdsRequest;
import com.google.firestore.v1.ListCollectionIdsResponse;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ids of collections that hold what a caller may not see are left out, and neither a page nor the number of pages tells of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CollectionIdsTest {
    private static final String POLICY = """
            version: 1
            tiers:
              everything:
                databases: ["PROJECT/hidden", "PROJECT/barren"]
                credential: local
                rules:
                  - { id: all, path: "/{document=**}", allow: [read, write] }
                  - { id: rows, path: "/rows/{r}/{x=**}", allow: [read], where: doc.open == true }
                  - { id: root, path: "/", allow: [collections] }
                  - { id: ids, path: "/{x=**}/things/{t}", allow: [collections] }
            bindings:
              - { tier: everything, groups: [5b1f0a52-0000-4000-8000-0000000000e1] }
            deny:
              paths: ["/secrets/{s}/{x=**}", "/aaa/one/bars/{b}", "/things/t/denied/{d}", "/things/gone/{x=**}", "/things/gone"]
            """;

    private GatewayHarness harness;
    private PlainFirestore caller;
    private PlainFirestore admin;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        harness = GatewayHarness.withPolicy(directory, POLICY);
        caller = new PlainFirestore(
                "127.0.0.1:" + harness.plaintextPort(),
                harness.tenant().userToken(GatewayHarness.OWNER),
                database("hidden"));
        admin = new PlainFirestore(GatewayHarness.emulator().endpoint(), "owner", database("hidden"));
        for (String path :
                List.of("bees/b", "cats/c", "dogs/d", "eels/e", "things/t", "things/t/x/x", "things/t/y/y")) {
            put(admin, path);
            put(admin.in(database("barren")), path);
        }
        for (String path :
                List.of("aaa/one/bars/b", "rows/r", "secrets/s", "zoo/z", "things/t/denied/d", "things/gone/x/x")) {
            put(admin, path);
        }
        put(admin.in(database("barren")), "zoo/z");
    }

    private String database(String id) {
        return "projects/" + harness.project() + "/databases/" + id;
    }

    private static void put(PlainFirestore client, String path) {
        client.commit(Write.newBuilder()
                .setUpdate(Document.newBuilder()
                        .setName(client.name(path))
                        .putFields("n", Value.newBuilder().setIntegerValue(1).build()))
                .build());
    }

    @AfterAll
    void stop() {
        caller.close();
        admin.close();
        harness.close();
    }

    private static List<List<String>> pages(PlainFirestore client, String parent, int size) {
        List<List<String>> pages = new ArrayList<>();
        String token = "";
        do {
            ListCollectionIdsResponse page = client.unary(
                    "ListCollectionIds",
                    ListCollectionIdsRequest.newBuilder()
                            .setParent(parent.isEmpty() ? client.root() : client.name(parent))
                            .setPageSize(size)
                            .setPageToken(token)
                            .build(),
                    ListCollectionIdsResponse.getDefaultInstance());
            pages.add(page.getCollectionIdsList());
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        return pages;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 100})
    void pagesTellNothingOfWhatIsLeftOut(int size) {
        for (String parent : List.of("", "things/t")) {
            List<String> seen = parent.isEmpty() ? List.of("bees", "cats", "dogs", "eels", "zoo") : List.of("x", "y");
            List<List<String>> expected = new ArrayList<>();
            for (int i = 0; i < seen.size(); i += size == 0 ? seen.size() : size) {
                expected.add(seen.subList(i, size == 0 ? seen.size() : Math.min(seen.size(), i + size)));
            }
            for (String database : List.of("hidden", "barren")) {
                assertThat(pages(caller.in(database(database)), parent, size))
                        .as("%s in %s", parent, database)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hidden", "barren"})
    void nothingIsListedBelowWhatIsDenied(String database) {
        assertThat(refused(() -> pages(caller.in(database(database)), "things/gone", 0)))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(refused(() -> pages(caller.in(database(database)), "", -1))).isNotEqualTo(Status.Code.OK);
    }

    private static Status.Code refused(Runnable call) {
        try {
            call.run();
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }
}
