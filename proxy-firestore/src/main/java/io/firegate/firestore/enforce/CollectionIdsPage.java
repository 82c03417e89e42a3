package io.firegate.firestore.enforce;

import org.jspecify.annotations.Nullable;

/**
 * Where a page of collection ids begins that firegate cuts itself: in one of Firestore's pages, behind an id of it.
 *
 * @param upstream Firestore's token of its page; empty for its first
 * @param after the last id shown before; empty for none, as no id is
 */
record CollectionIdsPage(String upstream, String after) {
    static final CollectionIdsPage FIRST = new CollectionIdsPage("", "");

    /** As it stands in the caller's token. */
    String text() {
        return upstream.length() + ":" + upstream + after;
    }

    /** What stands in a token; null when that is none of these. */
    static @Nullable CollectionIdsPage parse(String text) {
        int colon = text.indexOf(':');
        try {
            int length = colon < 0 ? -1 : Integer.parseInt(text.substring(0, colon));
            return length < 0 || length > text.length() - colon - 1
                    ? null
                    : new CollectionIdsPage(
                            text.substring(colon + 1, colon + 1 + length), text.substring(colon + 1 + length));
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
