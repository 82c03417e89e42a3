package io.firegate.firestore.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The keys of a map are told apart as a set of texts tells them apart. */
class MapKeysTest {
    @Test
    void aKeyIsNewOnce() {
        Random random = new Random(1);
        for (int size : new int[] {1, 7, 8, 9, 15, 16, 17, 1_000, 40_000}) {
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                keys.add(Integer.toString(random.nextInt(2 * size), 36)
                        + (i % 50 == 0 ? "x".repeat(random.nextInt(90)) : ""));
            }
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            int[] entries = new int[size];
            for (int i = 0; i < size; i++) {
                entries[i] = message.size();
                byte[] key = keys.get(i).getBytes(StandardCharsets.UTF_8);
                message.write(1 << 3 | 2);
                message.write(key.length);
                message.writeBytes(key);
            }

            MapKeys seen = new MapKeys(message.toByteArray());
            Set<String> expected = new HashSet<>();
            boolean repeated = false;
            for (int i = 0; i < size; i++) {
                boolean added = expected.add(keys.get(i));
                repeated |= !added;
                assertThat(seen.add(entries[i])).as("key %s of %s", i, size).isEqualTo(added);
            }
            assertThat(repeated || size < 100).isTrue();
        }
    }
}
