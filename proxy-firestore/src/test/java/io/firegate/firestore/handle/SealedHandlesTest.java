package io.firegate.firestore.handle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.firegate.firestore.handle.SealedPageToken.Target;
import io.firegate.firestore.handle.SealedTransaction.Mode;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Principal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is bound to what, for the handles whose content has a shape of its own. */
class SealedHandlesTest {
    private static final DatabaseName CLINIC = new DatabaseName("clinic", "(default)");
    private static final Map<String, DatabaseName> OTHER_DATABASES = Map.of(
            "another database", new DatabaseName("clinic", "other"),
            "another project", new DatabaseName("clinic2", "(default)"),
            "the border elsewhere", new DatabaseName("clinic(", "default)"));

    private static final String PARENT = "projects/clinic/databases/(default)/documents";
    private static final Target TARGET =
            new Target(FirestoreMethod.LIST_DOCUMENTS, PARENT, "patients", "name", false, "");
    private static final Map<String, Target> OTHER_TARGETS = Map.of(
            "method", new Target(FirestoreMethod.LIST_COLLECTION_IDS, PARENT, "patients", "name", false, ""),
            "parent", new Target(FirestoreMethod.LIST_DOCUMENTS, PARENT + "/a/b", "patients", "name", false, ""),
            "collection", new Target(FirestoreMethod.LIST_DOCUMENTS, PARENT, "staff", "name", false, ""),
            "order", new Target(FirestoreMethod.LIST_DOCUMENTS, PARENT, "patients", "name desc", false, ""),
            "missing", new Target(FirestoreMethod.LIST_DOCUMENTS, PARENT, "patients", "name", true, ""),
            "obligations", new Target(FirestoreMethod.LIST_DOCUMENTS, PARENT, "patients", "name", false, "mask"),
            "the border elsewhere", new Target(FirestoreMethod.LIST_DOCUMENTS, PARENT, "patientsn", "ame", false, ""));

    private static final SealedResumeToken.Target LISTENED =
            new SealedResumeToken.Target(CLINIC, new byte[] {1, 2}, "rows");

    private final HandleSealer sealer = new HandleSealer(TestKeys.keys(1));
    private final SealedTransaction transaction =
            new SealedTransaction(ByteString.copyFromUtf8("\u0011upstream"), "clinical-staff", Mode.READ_WRITE, false);
    private final SealedPageToken page = new SealedPageToken("names the document patients/p1, é");

    @Test
    void aTransactionComesBackAsItWas() {
        for (Mode mode : Mode.values()) {
            for (boolean history : new boolean[] {false, true}) {
                SealedTransaction given =
                        new SealedTransaction(ByteString.copyFromUtf8("id"), "é-credential", mode, history);
                ByteString sealed = given.seal(sealer, Callers.ANNA, CLINIC);
                assertThat(SealedTransaction.open(sealer, sealed, Callers.ANNA_LATER, CLINIC))
                        .isEqualTo(given);
            }
        }
    }

    /** Its length stands in two bytes. */
    @Test
    void theNameOfACredentialMayBeLong() {
        for (int length : new int[] {255, 256, 0xFFFF}) {
            SealedTransaction given =
                    new SealedTransaction(ByteString.copyFromUtf8("id"), "c".repeat(length), Mode.READ_WRITE, false);
            assertThat(SealedTransaction.decode(given.encode())).isEqualTo(given);
        }
        SealedTransaction tooLong =
                new SealedTransaction(ByteString.copyFromUtf8("id"), "c".repeat(0x10000), Mode.READ_WRITE, false);
        assertThatThrownBy(tooLong::encode).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLongestTransactionFits() {
        int room = HandleSealer.CONTENT_BYTES_MAX
                - transaction.encode().length
                + transaction.upstream().size();
        SealedTransaction longest = new SealedTransaction(
                ByteString.copyFrom(new byte[room]), transaction.credential(), Mode.READ_WRITE, false);
        ByteString sealed = longest.seal(sealer, Callers.ANNA, CLINIC);
        assertThat(SealedTransaction.open(sealer, sealed, Callers.ANNA, CLINIC)).isEqualTo(longest);
    }

    @Test
    void aTransactionIsWorthlessElsewhere() {
        ByteString sealed = transaction.seal(sealer, Callers.ANNA, CLINIC);
        Callers.STRANGERS.forEach(
                (name, stranger) -> assertThat(SealedTransaction.open(sealer, sealed, stranger, CLINIC))
                        .as(name)
                        .isNull());
        OTHER_DATABASES.forEach(
                (name, database) -> assertThat(SealedTransaction.open(sealer, sealed, Callers.ANNA, database))
                        .as(name)
                        .isNull());
        assertThat(SealedTransaction.open(sealer, transaction.upstream(), Callers.ANNA, CLINIC))
                .as("Firestore's own id")
                .isNull();
        assertThat(SealedTransaction.open(sealer, ByteString.copyFrom(new byte[1_000_000]), Callers.ANNA, CLINIC))
                .isNull();
    }

    @Test
    void whatAnotherVersionMayHaveWrittenIsUnknown() {
        byte[] content = transaction.encode();
        assertThat(SealedTransaction.decode(content)).isEqualTo(transaction);
        byte[] version = content.clone();
        version[0] = 2;
        assertThat(SealedTransaction.decode(version)).isNull();
        byte[] flag = content.clone();
        flag[1] |= 4;
        assertThat(SealedTransaction.decode(flag)).isNull();
        int upstreamAt = content.length - transaction.upstream().size();
        for (int length = 0; length <= upstreamAt; length++) {
            assertThat(SealedTransaction.decode(Arrays.copyOf(content, length)))
                    .as("%d", length)
                    .isNull();
        }
    }

    @Test
    void aTransactionHasAnId() {
        assertThatThrownBy(() -> new SealedTransaction(ByteString.EMPTY, "c", Mode.READ_ONLY, false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aStreamTokenComesBackAsItWas() {
        for (long position : new long[] {0, 1, 1L << 40}) {
            ByteString sealed = new SealedStreamToken(position).seal(sealer, Callers.ANNA, CLINIC, "stream");
            assertThat(SealedStreamToken.open(sealer, sealed.toByteArray(), Callers.ANNA_LATER, CLINIC, "stream"))
                    .isEqualTo(new SealedStreamToken(position));
        }
    }

    @Test
    void aStreamTokenIsWorthlessElsewhere() {
        byte[] sealed = new SealedStreamToken(7)
                .seal(sealer, Callers.ANNA, CLINIC, "stream")
                .toByteArray();
        Callers.STRANGERS.forEach(
                (name, stranger) -> assertThat(SealedStreamToken.open(sealer, sealed, stranger, CLINIC, "stream"))
                        .as(name)
                        .isNull());
        OTHER_DATABASES.forEach(
                (name, database) -> assertThat(SealedStreamToken.open(sealer, sealed, Callers.ANNA, database, "stream"))
                        .as(name)
                        .isNull());
        assertThat(SealedStreamToken.open(sealer, sealed, Callers.ANNA, CLINIC, "stream2"))
                .isNull();
        assertThat(SealedStreamToken.open(sealer, new byte[1_000_000], Callers.ANNA, CLINIC, "stream"))
                .isNull();
        byte[] transactionId = transaction.seal(sealer, Callers.ANNA, CLINIC).toByteArray();
        assertThat(SealedStreamToken.open(sealer, transactionId, Callers.ANNA, CLINIC, "stream"))
                .isNull();
    }

    @Test
    void aPageTokenComesBackAsItWas() {
        String sealed = page.seal(sealer, Callers.ANNA, TARGET);
        assertThat(sealed).matches("[A-Za-z0-9_-]+");
        assertThat(SealedPageToken.open(sealer, sealed, Callers.ANNA_LATER, TARGET))
                .isEqualTo(page);
    }

    @Test
    void aPageTokenIsWorthlessElsewhere() {
        String sealed = page.seal(sealer, Callers.ANNA, TARGET);
        Callers.STRANGERS.forEach((name, stranger) -> assertThat(SealedPageToken.open(sealer, sealed, stranger, TARGET))
                .as(name)
                .isNull());
        OTHER_TARGETS.forEach((name, target) -> assertThat(SealedPageToken.open(sealer, sealed, Callers.ANNA, target))
                .as(name)
                .isNull());
    }

    /** Of all the texts that decode to the same bytes, only ours. */
    @Test
    void onlyTheTextThatWasGivenOpens() {
        for (int length = 0; length < 3; length++) {
            String sealed = new SealedPageToken("x".repeat(length)).seal(sealer, Callers.ANNA, TARGET);
            for (int i = 0; i < sealed.length(); i++) {
                char other = sealed.charAt(i) == 'A' ? 'B' : (char) (sealed.charAt(i) ^ 1);
                assertThat(open(sealed.substring(0, i) + other + sealed.substring(i + 1)))
                        .as("%d", i)
                        .isNull();
                assertThat(open(sealed.substring(0, i))).as("%d", i).isNull();
            }
            assertThat(open(sealed + "=")).isNull();
            assertThat(open(sealed + "==")).isNull();
            assertThat(open(" " + sealed)).isNull();
            assertThat(open(sealed)).isNotNull();
        }
        assertThat(open("")).isNull();
        assertThat(open("é")).isNull();
        assertThat(open("A".repeat(1_000_000))).isNull();
    }

    private @Nullable SealedPageToken open(String token) {
        return SealedPageToken.open(sealer, token, Callers.ANNA, TARGET);
    }

    @Test
    void theLongestTokenFits() {
        SealedPageToken longest = new SealedPageToken("x".repeat(HandleSealer.CONTENT_BYTES_MAX));
        assertThat(open(longest.seal(sealer, Callers.ANNA, TARGET))).isEqualTo(longest);
    }

    @Test
    void aResumeTokenComesBackAsItWas() {
        for (int bytes : new int[] {0, 1, HandleSealer.CONTENT_BYTES_MAX}) {
            SealedResumeToken given = new SealedResumeToken(ByteString.copyFrom(new byte[bytes]));
            ByteString sealed = given.seal(sealer, Callers.ANNA, LISTENED);
            assertThat(SealedResumeToken.open(sealer, sealed, Callers.ANNA_LATER, LISTENED))
                    .isEqualTo(given);
        }
    }

    /** One that Firestore would never give is not given on: the client then begins afresh. */
    @Test
    void aResumeTokenTooLongToSealIsNone() {
        ByteString tooLong = ByteString.copyFrom(new byte[HandleSealer.CONTENT_BYTES_MAX + 1]);
        assertThat(new SealedResumeToken(tooLong).seal(sealer, Callers.ANNA, LISTENED))
                .isEqualTo(ByteString.EMPTY);
    }

    @Test
    void aResumeTokenIsWorthlessElsewhere() {
        SealedResumeToken token = new SealedResumeToken(ByteString.copyFromUtf8("upstream"));
        ByteString sealed = token.seal(sealer, Callers.ANNA, LISTENED);
        Callers.STRANGERS.forEach(
                (name, stranger) -> assertThat(SealedResumeToken.open(sealer, sealed, stranger, LISTENED))
                        .as(name)
                        .isNull());
        List<SealedResumeToken.Target> others = new ArrayList<>();
        OTHER_DATABASES
                .values()
                .forEach(database -> others.add(new SealedResumeToken.Target(database, LISTENED.target(), "rows")));
        others.add(new SealedResumeToken.Target(CLINIC, new byte[] {1, 3}, "rows"));
        others.add(new SealedResumeToken.Target(CLINIC, new byte[] {1, 2, 0}, "rows"));
        others.add(new SealedResumeToken.Target(CLINIC, LISTENED.target(), "other rows"));
        assertThat(others)
                .allSatisfy(other -> assertThat(SealedResumeToken.open(sealer, sealed, Callers.ANNA, other))
                        .isNull());
        assertThat(SealedResumeToken.open(sealer, token.upstream(), Callers.ANNA, LISTENED))
                .as("Firestore's own")
                .isNull();
        assertThat(SealedResumeToken.open(sealer, ByteString.copyFrom(new byte[1_000_000]), Callers.ANNA, LISTENED))
                .isNull();
        assertThat(token).hasToString("SealedResumeToken");
    }

    @Test
    void aPageTokenIsNoTransaction() {
        Principal anna = Callers.ANNA;
        ByteString token = ByteString.copyFrom(Base64.getUrlDecoder().decode(page.seal(sealer, anna, TARGET)));
        assertThat(SealedTransaction.open(sealer, token, anna, CLINIC)).isNull();
    }

    @Test
    void nothingPrintsWhatFirestoreGave() {
        assertThat(transaction.toString()).isEqualTo("SealedTransaction[clinical-staff, READ_WRITE]");
        assertThat(page.toString()).isEqualTo("SealedPageToken");
    }
}
