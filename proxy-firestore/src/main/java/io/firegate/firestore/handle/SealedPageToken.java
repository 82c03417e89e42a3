package io.firegate.firestore.handle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.policy.Principal;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What a client's page token carries inside. Outside, it is bound to the principal and to what is listed: base64 in the URL's
 * alphabet, as the protocol has a string here.
 *
 * @param upstream the token Firestore gave; it may name documents
 */
public record SealedPageToken(String upstream) {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    /** Base64 makes four characters of three bytes. */
    private static final int TEXT_MAX = (HandleSealer.SEALED_BYTES_MAX + 2) / 3 * 4;

    /**
     * What is listed, as it is forwarded. The next page must ask for the same.
     *
     * @param method the RPC
     * @param parent the name the listing is below, with its project and database
     * @param collectionId the collection's id; empty for all
     * @param orderBy the order as text; empty for none
     * @param showMissing as it is forwarded, whatever the client asked
     * @param obligations what the verdict demanded, in any text that differs when they differ; empty for none
     */
    public record Target(
            FirestoreMethod method,
            String parent,
            String collectionId,
            String orderBy,
            boolean showMissing,
            String obligations) {
        private byte[] binding(Principal principal) {
            return Binding.of(principal)
                    .text(method.rpcName())
                    .text(parent)
                    .text(collectionId)
                    .text(orderBy)
                    .flag(showMissing)
                    .text(obligations)
                    .toBytes();
        }
    }

    /** The token the client gets. */
    public String seal(HandleSealer sealer, Principal principal, Target target) {
        return ENCODER.encodeToString(
                sealer.seal(HandleKind.PAGE_TOKEN, target.binding(principal), upstream.getBytes(UTF_8)));
    }

    /** What is inside a token a client sent; null when it was not given to this principal for this target. */
    public static @Nullable SealedPageToken open(
            HandleSealer sealer, String token, Principal principal, Target target) {
        if (token.length() > TEXT_MAX) {
            return null;
        }
        byte[] sealed;
        try {
            sealed = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            return null;
        }
        // The decoder is lenient with padding and the last bits: only the one text we made is the token.
        if (!ENCODER.encodeToString(sealed).equals(token)) {
            return null;
        }
        byte[] content = sealer.open(HandleKind.PAGE_TOKEN, target.binding(principal), sealed);
        return content == null ? null : new SealedPageToken(new String(content, UTF_8));
    }

    /** Without Firestore's token. */
    @Override
    public String toString() {
        return "SealedPageToken";
    }
}
