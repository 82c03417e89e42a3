package io.firegate.firestore.handle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HandleSealerTest {
    private static final byte[] BINDING = "whom it was given to".getBytes(US_ASCII);
    private static final byte[] CONTENT = "what Firestore gave".getBytes(US_ASCII);
    private static final HandleKind KIND = HandleKind.TRANSACTION;

    private final AtomicInteger derivations = new AtomicInteger();
    private final HandleSealer sealer = new HandleSealer(TestKeys.keys(1));

    private HandleSealer counting(HandleKeys keys, long sealsPerSalt) {
        return new HandleSealer(keys, sealsPerSalt, (key, salt) -> {
            derivations.incrementAndGet();
            return key.derive(salt, new byte[] {1});
        });
    }

    @ParameterizedTest
    @EnumSource
    void whatIsSealedOpensAgainWhateverItsLength(HandleKind kind) {
        Random random = new Random(kind.name().length());
        for (int i = 0; i < 300; i++) {
            int length = switch (i) {
                case 0 -> 0;
                case 1 -> 1;
                case 2 -> HandleSealer.CONTENT_BYTES_MAX;
                default -> random.nextInt(1 << random.nextInt(1, 14)) % (HandleSealer.CONTENT_BYTES_MAX + 1);
            };
            byte[] content = bytes(random, length);
            byte[] binding = bytes(random, random.nextInt(300));
            byte[] sealed = sealer.seal(kind, binding, content);
            assertThat(sealed).hasSize(length + HandleSealer.OVERHEAD_BYTES);
            assertThat(sealer.open(kind, binding, sealed)).isEqualTo(content);
        }
    }

    @Test
    void aLongerContentIsNotSealed() {
        byte[] content = new byte[HandleSealer.CONTENT_BYTES_MAX + 1];
        assertThatThrownBy(() -> sealer.seal(KIND, BINDING, content)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void noFlippedBitOpens() {
        byte[] sealed = sealer.seal(KIND, BINDING, CONTENT);
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] flipped = sealed.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(sealer.open(KIND, BINDING, flipped)).as("bit %d", bit).isNull();
        }
        assertThat(sealer.open(KIND, BINDING, sealed)).isEqualTo(CONTENT);
    }

    @Test
    void nothingShorterOrLongerOpens() {
        byte[] sealed = sealer.seal(KIND, BINDING, CONTENT);
        for (int length = 0; length < sealed.length; length++) {
            assertThat(sealer.open(KIND, BINDING, Arrays.copyOf(sealed, length)))
                    .as("first %d", length)
                    .isNull();
            assertThat(sealer.open(KIND, BINDING, Arrays.copyOfRange(sealed, sealed.length - length, sealed.length)))
                    .as("last %d", length)
                    .isNull();
        }
        assertThat(sealer.open(KIND, BINDING, Arrays.copyOf(sealed, sealed.length + 1)))
                .isNull();
    }

    @Test
    void whatIsTooLongIsRefusedBeforeAnyWork() {
        byte[] longest = counting(TestKeys.keys(1), 10).seal(KIND, BINDING, new byte[HandleSealer.CONTENT_BYTES_MAX]);
        HandleSealer other = counting(TestKeys.keys(1), 10);
        derivations.set(0);
        assertThat(other.open(KIND, BINDING, Arrays.copyOf(longest, HandleSealer.SEALED_BYTES_MAX + 1)))
                .isNull();
        assertThat(derivations).hasValue(0);
        assertThat(other.open(KIND, BINDING, longest)).isNotNull();
        assertThat(derivations).hasValue(1);
    }

    @Test
    void anotherKindOrBindingDoesNotOpen() {
        for (HandleKind kind : HandleKind.values()) {
            byte[] sealed = sealer.seal(kind, BINDING, CONTENT);
            for (HandleKind other : HandleKind.values()) {
                assertThat(sealer.open(other, BINDING, sealed) != null)
                        .as("%s as %s", kind, other)
                        .isEqualTo(kind == other);
            }
            for (int bit = 0; bit < BINDING.length * 8; bit++) {
                byte[] other = BINDING.clone();
                other[bit / 8] ^= (byte) (1 << bit % 8);
                assertThat(sealer.open(kind, other, sealed)).as("bit %d", bit).isNull();
            }
            assertThat(sealer.open(kind, new byte[0], sealed)).isNull();
            assertThat(sealer.open(kind, Arrays.copyOf(BINDING, BINDING.length - 1), sealed))
                    .isNull();
            assertThat(sealer.open(kind, Arrays.copyOf(BINDING, BINDING.length + 1), sealed))
                    .isNull();
        }
    }

    @Test
    void kindsHaveNumbersOfTheirOwn() {
        assertThat(Arrays.stream(HandleKind.values()).map(HandleKind::code)).doesNotHaveDuplicates();
    }

    @Test
    void replicasWithTheSameKeyOpenEachOthersHandles() {
        HandleSealer replica = new HandleSealer(TestKeys.keys(1));
        assertThat(replica.open(KIND, BINDING, sealer.seal(KIND, BINDING, CONTENT)))
                .isEqualTo(CONTENT);
        assertThat(sealer.open(KIND, BINDING, replica.seal(KIND, BINDING, CONTENT)))
                .isEqualTo(CONTENT);
        HandleSealer stranger = new HandleSealer(TestKeys.keys(2));
        assertThat(stranger.open(KIND, BINDING, sealer.seal(KIND, BINDING, CONTENT)))
                .isNull();
        assertThat(new HandleSealer(HandleKeys.random())
                        .open(KIND, BINDING, new HandleSealer(HandleKeys.random()).seal(KIND, BINDING, CONTENT)))
                .isNull();
    }

    /** Each step of a rotation, with one replica still at the step before. */
    @Test
    void aKeyIsReplacedWithoutBreakingAHandle() {
        List<HandleSealer> steps = List.of(
                new HandleSealer(TestKeys.keys(1)),
                new HandleSealer(TestKeys.keys(1, 2)),
                new HandleSealer(TestKeys.keys(2, 1)),
                new HandleSealer(TestKeys.keys(2)));
        for (int i = 0; i < steps.size(); i++) {
            for (int j = 0; j < steps.size(); j++) {
                if (Math.abs(i - j) <= 1) {
                    assertThat(steps.get(j).open(KIND, BINDING, steps.get(i).seal(KIND, BINDING, CONTENT)))
                            .as("sealed at %d, opened at %d", i, j)
                            .isEqualTo(CONTENT);
                }
            }
        }
        byte[] oldest = steps.get(0).seal(KIND, BINDING, CONTENT);
        assertThat(steps.get(2).open(KIND, BINDING, oldest)).isEqualTo(CONTENT);
        assertThat(steps.get(3).open(KIND, BINDING, oldest)).isNull();
    }

    /** From the class's description and nothing else: what another version of firegate would make. */
    @Test
    void theLayoutIsTheOneDescribed() throws GeneralSecurityException {
        assertThat(sealer.open(HandleKind.RESUME_TOKEN, BINDING, madeElsewhere(1)))
                .isEqualTo(CONTENT);
        assertThat(sealer.open(HandleKind.RESUME_TOKEN, BINDING, madeElsewhere(2)))
                .as("a layout to come")
                .isNull();
    }

    private static byte[] madeElsewhere(int version) throws GeneralSecurityException {
        byte[] key = TestKeys.secret(1);
        byte[] salt = bytes(new Random(3), 16);
        byte[] nonce = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 42};
        byte[] keyId = Arrays.copyOf(
                MessageDigest.getInstance("SHA-256").digest(concat("firegate handle key id 1".getBytes(US_ASCII), key)),
                4);
        byte[] header = concat(new byte[] {(byte) version}, keyId, salt);
        byte[] subkey = hmac(hmac(salt, key), concat("firegate handle 1".getBytes(US_ASCII), new byte[] {1}));
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(subkey, "AES"), new GCMParameterSpec(128, nonce));
        cipher.updateAAD(concat(header, new byte[] {3, 0, 0, 0, (byte) BINDING.length}, BINDING));
        return concat(header, nonce, cipher.doFinal(CONTENT));
    }

    /** Many threads and a new salt every 50 seals: the pair that must never come twice under one key. */
    @Test
    void noNonceComesTwiceUnderOneSalt() throws InterruptedException {
        HandleSealer turning = counting(TestKeys.keys(1), 50);
        Set<String> seen = ConcurrentHashMap.newKeySet();
        Set<String> salts = ConcurrentHashMap.newKeySet();
        AtomicInteger opened = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 1_000; i++) {
                    byte[] sealed = turning.seal(KIND, BINDING, CONTENT);
                    seen.add(HexFormat.of().formatHex(sealed, 5, 33));
                    salts.add(HexFormat.of().formatHex(sealed, 5, 21));
                    if (turning.open(KIND, BINDING, sealed) != null) {
                        opened.incrementAndGet();
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(seen).hasSize(4_000);
        assertThat(salts).hasSize(80);
        assertThat(opened).hasValue(4_000);
    }

    @Test
    void twoSealersDoNotShareASalt() {
        HandleSealer replica = new HandleSealer(TestKeys.keys(1));
        assertThat(Arrays.copyOfRange(sealer.seal(KIND, BINDING, CONTENT), 5, 21))
                .isNotEqualTo(Arrays.copyOfRange(replica.seal(KIND, BINDING, CONTENT), 5, 21));
    }

    @Test
    void forgedSaltsCostOneDerivationEachAndPushNobodyOut() {
        HandleSealer own = counting(TestKeys.keys(1), 1_000);
        HandleSealer replica = counting(TestKeys.keys(1), 1_000);
        byte[] ownHandle = own.seal(KIND, BINDING, CONTENT);
        byte[] replicaHandle = replica.seal(KIND, BINDING, CONTENT);
        assertThat(own.open(KIND, BINDING, replicaHandle)).isNotNull();
        derivations.set(0);
        Random random = new Random(4);
        int forged = 10 * Subkeys.KEPT_MAX;
        for (int i = 0; i < forged; i++) {
            byte[] bad = ownHandle.clone();
            System.arraycopy(bytes(random, 16), 0, bad, 5, 16);
            assertThat(own.open(KIND, BINDING, bad)).isNull();
        }
        assertThat(derivations).hasValue(forged);
        assertThat(own.open(KIND, BINDING, ownHandle)).isEqualTo(CONTENT);
        assertThat(own.open(KIND, BINDING, replicaHandle)).isEqualTo(CONTENT);
        assertThat(derivations).as("both keys are still at hand").hasValue(forged);
    }

    @Test
    void realReplicasPushOutTheOldestReplicaAndNeverUs() {
        HandleSealer own = counting(TestKeys.keys(1), 1_000);
        byte[] ownHandle = own.seal(KIND, BINDING, CONTENT);
        List<byte[]> handles = new ArrayList<>();
        for (int i = 0; i <= Subkeys.KEPT_MAX; i++) {
            handles.add(counting(TestKeys.keys(1), 1_000).seal(KIND, BINDING, CONTENT));
        }
        handles.forEach(handle -> assertThat(own.open(KIND, BINDING, handle)).isNotNull());
        derivations.set(0);
        assertThat(own.open(KIND, BINDING, ownHandle)).isNotNull();
        assertThat(own.open(KIND, BINDING, handles.get(Subkeys.KEPT_MAX))).isNotNull();
        assertThat(own.open(KIND, BINDING, handles.get(1))).isNotNull();
        assertThat(derivations).hasValue(0);
        assertThat(own.open(KIND, BINDING, handles.get(0))).isNotNull();
        assertThat(derivations).hasValue(1);
    }

    @Test
    void anUnknownKeyCostsNoDerivation() {
        HandleSealer own = counting(TestKeys.keys(1), 1_000);
        byte[] foreign = new HandleSealer(TestKeys.keys(2)).seal(KIND, BINDING, CONTENT);
        derivations.set(0);
        assertThat(own.open(KIND, BINDING, foreign)).isNull();
        assertThat(derivations).hasValue(0);
    }

    @Test
    void theContentCannotBeSeenAndEqualContentsLookDifferent() {
        byte[] content = "projects/clinic/databases/(default)/documents/patients/p1".getBytes(US_ASCII);
        Set<String> bodies = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            byte[] sealed = sealer.seal(KIND, BINDING, content);
            String text = new String(sealed, ISO_8859_1);
            assertThat(text).doesNotContain("projects", "clinic", "patients", "whom it was given to");
            bodies.add(text.substring(33));
        }
        assertThat(bodies).hasSize(100);
    }

    @Test
    void nothingPrintsAKey() {
        HandleKeys keys = TestKeys.keys(1, 2);
        assertThat(keys.toString()).matches("\\[[0-9a-f]{8}, [0-9a-f]{8}]");
        assertThat(new HandleSealer(keys).toString()).isEqualTo("HandleSealer" + keys);
        assertThat(TestKeys.keys(1).toString()).isEqualTo(TestKeys.keys(1).toString());
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(data);
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer out = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            out.put(part);
        }
        return out.array();
    }
}
