package io.firegate.firestore.enforce;

import com.google.firestore.v1.Document;
import io.firegate.firestore.rows.StoredDocument;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.DocumentView;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A few documents that are watched because conditions look them up, as Firestore has told them last. Belongs to its stream. */
final class LookupWatch {
    private final int upstreamId;
    /** What is watched, by path: its full name. */
    private final Map<ResourcePath, String> names = new LinkedHashMap<>();
    /** Those that are there. */
    private final Map<String, Document> found = new HashMap<>();
    /** The client's targets that need one of them. */
    private final Set<Integer> users = new HashSet<>();
    /** Those told since Firestore began to tell all of them; null when it does not. */
    private @Nullable Set<String> toldAgain = new HashSet<>();

    private boolean known;

    LookupWatch(int upstreamId, DatabaseName database, Set<ResourcePath> documents) {
        this.upstreamId = upstreamId;
        for (ResourcePath path : documents) {
            names.put(path, database.resourceName() + "/documents" + path);
        }
    }

    int upstreamId() {
        return upstreamId;
    }

    Iterable<String> names() {
        return names.values();
    }

    Set<Integer> users() {
        return users;
    }

    /** Whether Firestore has told all of them once. */
    boolean isKnown() {
        return known;
    }

    Optional<DocumentView> found(ResourcePath path) {
        return Optional.ofNullable(found.get(names.get(path))).map(StoredDocument::new);
    }

    int count() {
        return found.size();
    }

    long heldBytes() {
        return found.values().stream().mapToLong(Document::getSerializedSize).sum();
    }

    /** All of them are told again from here on. What is known holds until other is told. */
    void beginsAgain() {
        toldAgain = new HashSet<>();
    }

    /** All has been told: true when it was not known before. */
    boolean isWhole() {
        Set<String> told = toldAgain;
        boolean news = !known || (told != null && !told.containsAll(found.keySet()));
        if (told != null) {
            found.keySet().retainAll(told);
        }
        toldAgain = null;
        known = true;
        return news;
    }

    /** A document is there: true when it was known to be another one. */
    boolean isThere(Document document) {
        if (!names.containsValue(document.getName())) {
            return false;
        }
        if (toldAgain != null) {
            toldAgain.add(document.getName());
        }
        Document before = found.put(document.getName(), document);
        return known && (before == null || !before.getUpdateTime().equals(document.getUpdateTime()));
    }

    /** A document is not there: true when it was known to be. */
    boolean isMissing(String document) {
        return found.remove(document) != null && known;
    }
}
