package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firegate.firestore.handle.HandleSealer;
import io.firegate.firestore.handle.SealedPageToken;
import io.firegate.firestore.handle.SealedTransaction;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.DatabaseName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is longer than any handle of Firestore's is no answer, and no exception. */
class HandlesTest {
    private static final int MOST = HandleSealer.CONTENT_BYTES_MAX;
    private static final Handles HANDLES = new Handles(TestHandles.SEALER, TestHandles.CALLER);
    private static final SealedPageToken.Target TARGET =
            new SealedPageToken.Target(FirestoreMethod.LIST_DOCUMENTS, "parent", "c", "", false, "");

    @ParameterizedTest
    @CsvSource({"a, 0, true", "a, 12288, true", "a, 12289, false", "é, 6144, true", "é, 6145, false", "€, 4097, false"})
    void aPageTokenIsCountedInBytes(String character, int characters, boolean fits) {
        String token = character.repeat(characters);

        @Nullable String sealed = HANDLES.seal(token, TARGET);

        assertThat(MOST).isEqualTo(12_288);
        assertThat(sealed != null).isEqualTo(fits);
        assertThat(sealed == null ? token : HANDLES.pageToken(sealed, TARGET)).isEqualTo(token);
    }

    @ParameterizedTest
    @CsvSource({"0, false", "1, true", "6144, true", "6145, false"})
    void aTransactionTakesHalf(int bytes, boolean fits) {
        ByteString sealed = HANDLES.seal(
                ByteString.copyFrom(new byte[bytes]),
                new DatabaseName("p", "(default)"),
                "credential",
                SealedTransaction.Mode.READ_WRITE,
                false);

        assertThat(sealed != null).isEqualTo(fits);
    }
}
