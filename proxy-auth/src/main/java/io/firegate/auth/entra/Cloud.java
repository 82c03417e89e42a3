package io.firegate.auth.entra;

import java.net.URI;
import java.util.Locale;

/**
 * The clouds Entra runs in (Microsoft, "National clouds"). Each has a sign-in host, issuers and a Graph of its own, and a tenant lives in
 * one of them.
 */
public enum Cloud {
    GLOBAL("https://login.microsoftonline.com", "https://sts.windows.net", "https://graph.microsoft.com"),
    /** US Government (L4): its own sign-in host, but the v1 issuers of the global cloud. */
    US_GOVERNMENT("https://login.microsoftonline.us", "https://sts.windows.net", "https://graph.microsoft.us"),
    /** US Government for the Department of Defense (L5): another Graph. */
    US_GOVERNMENT_DOD("https://login.microsoftonline.us", "https://sts.windows.net", "https://dod-graph.microsoft.us"),
    /** China, run by 21Vianet. */
    CHINA(
            "https://login.partner.microsoftonline.cn",
            "https://sts.chinacloudapi.cn",
            "https://microsoftgraph.chinacloudapi.cn");

    private final String login;
    private final String v1Issuers;
    private final URI graph;

    Cloud(String login, String v1Issuers, String graph) {
        this.login = login;
        this.v1Issuers = v1Issuers;
        this.graph = URI.create(graph);
    }

    /** Where people sign in, and how issuers are spelled. */
    public Authority authority() {
        return new Authority(login, v1Issuers);
    }

    /** Microsoft Graph, scheme and host; also the resource a token for it is asked for. */
    public URI graph() {
        return graph;
    }

    /** As gateway.yaml writes it, such as {@code us-government}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
