package io.firegate.firestore.enforce;

import io.firegate.firestore.handle.SealedPageToken;
import io.firegate.firestore.method.FirestoreMethod;
import io.firegate.firestore.wire.Edit;
import io.firegate.firestore.wire.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The page token of a listing, in both directions.
 *
 * @param request the request
 * @param field where its token stands; null when it asks for the first page
 * @param target what is listed
 */
record PageToken(RequestMessage request, @Nullable Field field, SealedPageToken.Target target) {
    static final String ANSWER_FIELD = "next_page_token";

    /** Of a listing of this kind, once it is permitted. */
    static PageToken of(
            RequestMessage request,
            @Nullable Field field,
            FirestoreMethod method,
            @Nullable Field parent,
            String collectionId,
            String orderBy,
            boolean showMissing,
            Plan.Verdict verdict) {
        return new PageToken(
                request,
                field,
                new SealedPageToken.Target(
                        method,
                        parent == null ? "" : request.text(parent),
                        collectionId,
                        orderBy,
                        showMissing,
                        verdict.obligations()));
    }

    /** Puts Firestore's token in place of the caller's; the problem when that was not given for this target. */
    Reading.@Nullable Unreadable open(List<Edit> edits) {
        if (field == null || field.isEmpty()) {
            return null;
        }
        String upstream = inside();
        if (upstream == null) {
            return request.refuse(RequestProblem.BAD_PAGE_TOKEN, field);
        }
        edits.add(Edit.replace(field, upstream.getBytes(StandardCharsets.UTF_8)));
        return null;
    }

    /** What is in the caller's token; null when there is none, or it was not given for this target. */
    @Nullable
    String inside() {
        return field == null ? null : request.handles().pageToken(request.text(field), target);
    }

    /** The token for the caller; null when it cannot be made. */
    @Nullable
    String seal(String upstream) {
        return request.handles().seal(upstream, target);
    }
}
