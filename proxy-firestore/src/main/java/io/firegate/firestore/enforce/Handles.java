package io.firegate.firestore.enforce;

import com.google.protobuf.ByteString;
import io.firegate.firestore.handle.HandleSealer;
import io.firegate.firestore.handle.SealedPageToken;
import io.firegate.firestore.handle.SealedTransaction;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Principal;
import org.jspecify.annotations.Nullable;

/** The handles of one caller: opens what the caller hands back, seals what the caller is given. */
final class Handles {
    private final HandleSealer sealer;
    private final Principal principal;

    Handles(HandleSealer sealer, Principal principal) {
        this.sealer = sealer;
        this.principal = principal;
    }

    /** What is inside a transaction id; null when it was not given to this caller for this database. */
    @Nullable
    SealedTransaction transaction(byte[] sealed, DatabaseName database) {
        return SealedTransaction.open(sealer, ByteString.copyFrom(sealed), principal, database);
    }

    /** The id the caller gets; null when Firestore's is empty or longer than any it gives. */
    @Nullable
    ByteString seal(
            ByteString upstream,
            DatabaseName database,
            String credential,
            SealedTransaction.Mode mode,
            boolean history) {
        // The name of the credential stands in the seal as well; neither is ever near half of what fits.
        if (upstream.isEmpty() || upstream.size() > HandleSealer.CONTENT_BYTES_MAX / 2) {
            return null;
        }
        return new SealedTransaction(upstream, credential, mode, history).seal(sealer, principal, database);
    }

    /** Firestore's page token; null when the caller's was not given for this target. */
    @Nullable
    String pageToken(String sealed, SealedPageToken.Target target) {
        SealedPageToken token = SealedPageToken.open(sealer, sealed, principal, target);
        return token == null ? null : token.upstream();
    }

    /** The token the caller gets; null when Firestore's is longer than any it gives. */
    @Nullable
    String seal(String upstream, SealedPageToken.Target target) {
        // A character of it is at most three bytes.
        if (upstream.length() > HandleSealer.CONTENT_BYTES_MAX / 3) {
            ByteString bytes = ByteString.copyFromUtf8(upstream);
            if (bytes.size() > HandleSealer.CONTENT_BYTES_MAX) {
                return null;
            }
        }
        return new SealedPageToken(upstream).seal(sealer, principal, target);
    }
}
