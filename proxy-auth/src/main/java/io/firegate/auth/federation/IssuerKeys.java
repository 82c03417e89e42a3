package io.firegate.auth.federation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The keys of firegate as an issuer: a directory with one {@code KID.pem} (RSA, PKCS #8) for each key and a file {@code active} that names
 * the one that signs. All of them are published, so a new key can be uploaded before it signs and an old one outlives its last assertion.
 * Every file appears whole or not at all, readable by its owner only.
 */
public final class IssuerKeys {
    /** Google takes no more keys of one provider. */
    public static final int KEYS_MAX = 8;

    private static final int KEY_BITS = 2048;
    private static final String ACTIVE = "active";
    private static final String SUFFIX = ".pem";

    /** A thumbprint (RFC 7638) in base64url. */
    private static final Pattern KID = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final Path directory;

    /** The keys in a directory, which is read for each use. */
    public IssuerKeys(Path directory) {
        this.directory = directory;
    }

    /** What is wrong with the directory, in words for the operator. */
    public static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        Unusable(String what) {
            super(what, null, false, false);
        }
    }

    /** The key that signs. Never printed. */
    static final class Signer {
        private final String kid;
        private final PrivateKey key;

        Signer(String kid, PrivateKey key) {
            this.kid = kid;
            this.key = key;
        }

        String kid() {
            return kid;
        }

        PrivateKey key() {
            return key;
        }
    }

    /** The key that signs now. */
    Signer signer() throws Unusable {
        String kid = active();
        if (kid.isEmpty()) {
            throw new Unusable(directory + " has no active key");
        }
        return new Signer(kid, key(kid));
    }

    /** The ids of all keys, in order. */
    public List<String> ids() throws Unusable {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .filter(name -> KID.matcher(name).matches())
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | UncheckedIOException e) {
            throw new Unusable(directory + " cannot be read: " + e.getClass().getSimpleName());
        }
    }

    /** The id of the key that signs; empty when none does. */
    public String active() throws Unusable {
        try {
            String kid = Files.readString(directory.resolve(ACTIVE), StandardCharsets.ISO_8859_1)
                    .strip();
            if (!KID.matcher(kid).matches()) {
                throw new Unusable(directory.resolve(ACTIVE) + " names no key");
            }
            return kid;
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw new Unusable(directory.resolve(ACTIVE) + " cannot be read: "
                    + e.getClass().getSimpleName());
        }
    }

    /** Files of keys that more accounts may use than should, for a warning. */
    public List<ExposedFile> exposed() throws Unusable {
        return ids().stream()
                .map(kid -> ExposedFile.of(directory.resolve(kid + SUFFIX)))
                .flatMap(Optional::stream)
                .toList();
    }

    /** The public keys as a JWK Set (RFC 7517), as Google wants it uploaded: no certificate members. */
    public String jwkSet() throws Unusable {
        StringBuilder json = new StringBuilder("{\"keys\":[");
        for (String kid : ids()) {
            RSAPublicKey half = publicHalf(key(kid));
            Map<String, Object> jwk = new LinkedHashMap<>();
            jwk.put("kty", "RSA");
            jwk.put("use", "sig");
            jwk.put("alg", SignedAssertion.Algorithm.RS256.name());
            jwk.put("kid", kid);
            jwk.put("n", base64Url(half.getModulus()));
            jwk.put("e", base64Url(half.getPublicExponent()));
            json.append(json.charAt(json.length() - 1) == '[' ? "" : ",").append(CompactJson.object(jwk));
        }
        return json.append("]}").toString();
    }

    /**
     * Makes a key; the first one signs at once, a later one when {@link #use} says so.
     *
     * @return its id
     */
    public String create() throws Unusable {
        List<String> before = ids();
        if (before.size() >= KEYS_MAX) {
            throw new Unusable(directory + " holds " + KEYS_MAX + " keys, and Google takes no more: retire one");
        }
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory, rights("rwx------"));
            }
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS);
            KeyPair pair = generator.generateKeyPair();
            String kid = thumbprint((RSAPublicKey) pair.getPublic());
            write(kid + SUFFIX, PemFile.rsaKeyText(pair.getPrivate()));
            if (before.isEmpty()) {
                write(ACTIVE, kid + "\n");
            }
            return kid;
        } catch (IOException e) {
            throw new Unusable(directory + " cannot be written: " + e.getClass().getSimpleName());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has RSA", e);
        }
    }

    /** Signs with this key from now on. */
    public void use(String kid) throws Unusable {
        key(known(kid));
        try {
            write(ACTIVE, kid + "\n");
        } catch (IOException e) {
            throw new Unusable(directory + " cannot be written: " + e.getClass().getSimpleName());
        }
    }

    /** Deletes a key that does not sign. */
    public void retire(String kid) throws Unusable {
        if (known(kid).equals(active())) {
            throw new Unusable(kid + " signs now: use another one first");
        }
        try {
            Files.delete(directory.resolve(kid + SUFFIX));
        } catch (IOException e) {
            throw new Unusable(directory + " cannot be written: " + e.getClass().getSimpleName());
        }
    }

    private String known(String kid) throws Unusable {
        if (!ids().contains(kid)) {
            throw new Unusable(directory + " has no key " + (KID.matcher(kid).matches() ? kid : "of that name"));
        }
        return kid;
    }

    private PrivateKey key(String kid) throws Unusable {
        Path file = directory.resolve(kid + SUFFIX);
        try {
            PrivateKey key = PemFile.rsaKey(file);
            if (!thumbprint(publicHalf(key)).equals(kid)) {
                throw new Unusable(file + " holds another key than its name says");
            }
            return key;
        } catch (IOException e) {
            throw new Unusable(file + " cannot be read: " + e.getClass().getSimpleName());
        } catch (GeneralSecurityException e) {
            throw new Unusable(file + " cannot be used: " + e.getMessage());
        }
    }

    private static RSAPublicKey publicHalf(PrivateKey key) throws Unusable {
        try {
            if (key instanceof RSAPrivateCrtKey crt) {
                return (RSAPublicKey) KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(crt.getModulus(), crt.getPublicExponent()));
            }
            throw new Unusable("a key without its public exponent");
        } catch (GeneralSecurityException e) {
            throw new Unusable("a key without a public half");
        }
    }

    /** RFC 7638 section 3: the members in alphabetic order, no blanks. */
    private static String thumbprint(RSAPublicKey key) throws GeneralSecurityException {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("e", base64Url(key.getPublicExponent()));
        members.put("kty", "RSA");
        members.put("n", base64Url(key.getModulus()));
        byte[] digest = MessageDigest.getInstance("SHA-256")
                .digest(CompactJson.object(members).getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    }

    private static String base64Url(BigInteger value) {
        byte[] bytes = value.toByteArray();
        int from = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOfRange(bytes, from, bytes.length));
    }

    /** Whole or not at all, on the disk before it has its name. */
    private void write(String name, String text) throws IOException {
        Path temporary = Files.createTempFile(directory, ".new", null, rights("rw-------"));
        try {
            try (FileChannel file = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    int written = file.write(bytes);
                    if (written < 0) {
                        throw new IOException("the disk is full");
                    }
                }
                file.force(true);
            }
            Files.move(
                    temporary,
                    directory.resolve(name),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private FileAttribute<?>[] rights(String rights) {
        boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))}
                : new FileAttribute<?>[0];
    }

    @Override
    public String toString() {
        try {
            return directory + " with " + ids().stream().collect(Collectors.joining(", "));
        } catch (Unusable e) {
            return directory.toString();
        }
    }
}
