package io.firegate.admin;

/**
 * What a check found.
 *
 * @param good whether the probe may answer 200 for all this check knows
 * @param words for the operator; nothing of a token, a credential or a document
 */
record Finding(boolean good, String words) {
    static Finding good(String words) {
        return new Finding(true, words);
    }

    static Finding bad(String words) {
        return new Finding(false, words);
    }
}
