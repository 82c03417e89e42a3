package io.firegate.benchmarks;

import io.firegate.fixtures.entra.LocalTenant;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;

/** One RS256 signature, verified over and over by a provider and nothing around it. Used by one thread. */
final class BareRsa {
    static final String JDK = "SunRsaSign";

    private static final String ALGORITHM = "SHA256withRSA";
    private static final String CORRETTO = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

    private final Provider provider;
    private final RSAPublicKey key;
    private final byte[] signed;
    private final byte[] signature;

    /**
     * The signature of a token.
     *
     * @param name of the provider, which may be followed by its version
     */
    BareRsa(LocalTenant tenant, String token, String name) {
        int dot = token.lastIndexOf('.');
        signed = token.substring(0, dot).getBytes(StandardCharsets.US_ASCII);
        signature = Base64.getUrlDecoder().decode(token.substring(dot + 1));
        try {
            provider = name.startsWith(JDK)
                    ? Security.getProvider(JDK)
                    : (Provider) Class.forName(CORRETTO).getField("INSTANCE").get(null);
            key = (RSAPublicKey) KeyFactory.getInstance("RSA", provider)
                    .translateKey(tenant.activeKey().publicKey());
        } catch (ReflectiveOperationException | GeneralSecurityException e) {
            throw new IllegalStateException("no provider " + name, e);
        }
        if (!verifies()) {
            throw new IllegalStateException("the signature to be measured is not good");
        }
    }

    boolean verifies() {
        try {
            Signature verifier = Signature.getInstance(ALGORITHM, provider);
            verifier.initVerify(key);
            verifier.update(signed);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return provider.getName() + " " + provider.getVersionStr();
    }
}
