package io.firegate.firestore.handle;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/** Keys that are the same in each run, made here so that no file holds one. */
final class TestKeys {
    private TestKeys() {}

    static byte[] secret(long seed) {
        byte[] secret = new byte[HandleKeys.KEY_BYTES];
        new Random(seed).nextBytes(secret);
        return secret;
    }

    /** As a key file writes it. */
    static String text(long seed) {
        return Base64.getEncoder().encodeToString(secret(seed));
    }

    static HandleKeys keys(long... seeds) {
        List<byte[]> secrets = Arrays.stream(seeds).mapToObj(TestKeys::secret).toList();
        return HandleKeys.of(secrets);
    }
}
