package io.firegate.auth.federation;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** One token for the next. */
final class Chain {
    private Chain() {}

    /** The next token, asked for with this one; a failure ends the chain. */
    static CompletionStage<TokenReply> then(
            CompletionStage<TokenReply> first, Function<FetchedToken, CompletionStage<TokenReply>> next) {
        return first.thenCompose(reply -> switch (reply) {
            case TokenReply.Failed failed -> CompletableFuture.completedFuture(failed);
            case TokenReply.Issued issued -> next.apply(issued.token());
        });
    }
}
