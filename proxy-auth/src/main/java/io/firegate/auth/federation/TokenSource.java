package io.firegate.auth.federation;

import java.util.concurrent.CompletionStage;

/** A place tokens come from. */
interface TokenSource {
    /**
     * Asks for a fresh one. Called on the broker's own thread, so it may read a small local file; it waits for no network.
     *
     * @return ends normally: what goes wrong is a reply too
     */
    CompletionStage<TokenReply> fetch();
}
