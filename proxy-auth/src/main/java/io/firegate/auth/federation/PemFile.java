package io.firegate.auth.federation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Certificates and keys in PEM files (RFC 7468). */
final class PemFile {
    private static final int BYTES_MAX = 65_536;
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    /** RFC 7468 section 2: lines of 64 characters. */
    private static final int LINE_CHARS = 64;

    private static final String CERTIFICATE = "CERTIFICATE-----";
    private static final String PRIVATE_KEY = "PRIVATE KEY-----";

    private PemFile() {}

    /** A private key as the text of a file: secret. */
    static String rsaKeyText(PrivateKey key) {
        String body = Base64.getMimeEncoder(LINE_CHARS, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return BEGIN + PRIVATE_KEY + '\n' + body + '\n' + END + PRIVATE_KEY + '\n';
    }

    /**
     * The first certificate of a file.
     *
     * @throws GeneralSecurityException when there is none; the message says so in words for the operator
     */
    static X509Certificate certificate(Path file) throws IOException, GeneralSecurityException {
        byte[] der = first(file, CERTIFICATE, "no certificate in PEM form");
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /**
     * The RSA key of a file.
     *
     * @throws GeneralSecurityException when there is none; the message says so in words for the operator, and nothing of the content
     */
    static PrivateKey rsaKey(Path file) throws IOException, GeneralSecurityException {
        byte[] der = first(file, PRIVATE_KEY, "no unencrypted PKCS #8 key in PEM form");
        PrivateKey key;
        try {
            key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw new GeneralSecurityException("no RSA key");
        }
        if (!(key instanceof RSAPrivateKey rsa) || rsa.getModulus().bitLength() < 2048) {
            throw new GeneralSecurityException("an RSA key below 2048 bits");
        }
        return key;
    }

    private static byte[] first(Path file, String label, String otherwise)
            throws IOException, GeneralSecurityException {
        String text;
        try (InputStream in = Files.newInputStream(file)) {
            text = new String(in.readNBytes(BYTES_MAX), StandardCharsets.ISO_8859_1);
        }
        int from = text.indexOf(BEGIN + label);
        int to = from < 0 ? -1 : text.indexOf(END + label, from);
        if (to < 0) {
            throw new GeneralSecurityException(otherwise);
        }
        try {
            return Base64.getMimeDecoder()
                    .decode(text.substring(from + BEGIN.length() + label.length(), to)
                            .strip());
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException(otherwise);
        }
    }
}
