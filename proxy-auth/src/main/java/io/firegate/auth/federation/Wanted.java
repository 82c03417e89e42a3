package io.firegate.auth.federation;

import org.jspecify.annotations.Nullable;

/** A credential that is to be kept fresh. */
public sealed interface Wanted {
    /** What it is known by: in {@code credentials} of gateway.yaml, the log and the metrics. */
    String name();

    /**
     * A token of a Google service account, good for Firestore.
     *
     * @param account its e-mail address
     */
    record Account(String name, String account) implements Wanted {}

    /**
     * An Entra token of firegate's own application, such as one for Microsoft Graph. Needs a {@link WorkloadIdentity.Entra}.
     *
     * @param resource App ID URI of what it is for, without {@code /.default}: {@code https://graph.microsoft.com}
     * @param tenant whose token it shall be, for an {@link EntraIdentity.Application} that several tenants know; null for its own.
     *     A managed identity has tokens of its own tenant only
     */
    record EntraToken(
            String name, String resource, @Nullable String tenant) implements Wanted {}
}
