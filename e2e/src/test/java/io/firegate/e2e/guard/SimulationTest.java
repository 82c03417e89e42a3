package io.firegate.e2e.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.ArrayValue;
import com.google.firestore.v1.Document;
import com.google.firestore.v1.DocumentMask;
import com.google.firestore.v1.DocumentTransform;
import com.google.firestore.v1.DocumentTransform.FieldTransform;
import com.google.firestore.v1.MapValue;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.protobuf.NullValue;
import io.firegate.e2e.GatewayHarness;
import io.firegate.e2e.PlainFirestore;
import io.firegate.firestore.guard.SimulatedDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What firegate thinks writes would do is what the emulator makes of them: random documents, masks and transforms, several writes in
 * a row. {@code -Dguard.simulations=N} runs more, {@code -Dguard.seed=S} the same again.
 */
class SimulationTest {
    private static final String[] KEYS = {"a", "b", "c"};
    private static final String[] PATHS = {"a", "b", "c", "a.a", "a.b", "b.c", "a.b.c", "`a`.`b`"};

    @Test
    void asTheEmulator() {
        int rounds = Integer.getInteger("guard.simulations", 150);
        long seed = Long.getLong("guard.seed", 20261127);
        String database = "projects/sim-" + UUID.randomUUID().toString().substring(0, 8) + "/databases/(default)";
        try (PlainFirestore firestore =
                new PlainFirestore(GatewayHarness.emulator().endpoint(), "owner", database)) {
            for (int round = 0; round < rounds; round++) {
                Random random = new Random(seed + round);
                String path = "c/d" + round;
                SimulatedDocument document = SimulatedDocument.missing(firestore.name(path));
                List<Write> writes = new ArrayList<>();
                for (int i = 0; i <= random.nextInt(4); i++) {
                    Write write = write(random, firestore.name(path));
                    writes.add(write);
                    assertThat(document.apply(write)).isTrue();
                }
                firestore.commit(writes.toArray(new Write[0]));
                Optional<Document> stored = firestore.get(path);

                assertThat(document.exists())
                        .as("seed %d: %s", seed + round, writes)
                        .isEqualTo(stored.isPresent());
                stored.ifPresent(found -> assertThat(document.document().getFieldsMap())
                        .as("%s", writes)
                        .isEqualTo(found.getFieldsMap()));
            }
        }
    }

    private static Write write(Random random, String name) {
        if (random.nextInt(8) == 0) {
            return Write.newBuilder().setDelete(name).build();
        }
        if (random.nextInt(6) == 0) {
            DocumentTransform.Builder transform = DocumentTransform.newBuilder().setDocument(name);
            transform.addAllFieldTransforms(transforms(random));
            return transform.getFieldTransformsCount() == 0
                    ? Write.newBuilder().setDelete(name).build()
                    : Write.newBuilder().setTransform(transform).build();
        }
        Write.Builder write = Write.newBuilder()
                .setUpdate(Document.newBuilder()
                        .setName(name)
                        .putAllFields(map(random, 0).getFieldsMap()));
        if (random.nextBoolean()) {
            DocumentMask.Builder mask = DocumentMask.newBuilder();
            String path = PATHS[random.nextInt(PATHS.length)];
            mask.addFieldPaths(path);
            if (random.nextBoolean() && !path.contains("a")) {
                mask.addFieldPaths("a.c");
            }
            write.setUpdateMask(mask);
        }
        if (random.nextBoolean()) {
            write.addAllUpdateTransforms(transforms(random));
        }
        return write.build();
    }

    private static List<FieldTransform> transforms(Random random) {
        List<FieldTransform> transforms = new ArrayList<>();
        int offset = random.nextInt(KEYS.length);
        for (int i = 0; i < random.nextInt(3); i++) {
            FieldTransform.Builder transform =
                    FieldTransform.newBuilder().setFieldPath(KEYS[(offset + i) % KEYS.length]);
            switch (random.nextInt(5)) {
                case 0 -> transform.setIncrement(number(random));
                case 1 -> transform.setMaximum(number(random));
                case 2 -> transform.setMinimum(number(random));
                case 3 ->
                    transform.setAppendMissingElements(
                            ArrayValue.newBuilder().addValues(scalar(random)).addValues(scalar(random)));
                default ->
                    transform.setRemoveAllFromArray(
                            ArrayValue.newBuilder().addValues(scalar(random)).addValues(scalar(random)));
            }
            transforms.add(transform.build());
        }
        return transforms;
    }

    private static MapValue map(Random random, int depth) {
        MapValue.Builder map = MapValue.newBuilder();
        for (String key : KEYS) {
            if (random.nextInt(3) > 0) {
                map.putFields(key, value(random, depth));
            }
        }
        return map.build();
    }

    private static Value value(Random random, int depth) {
        return switch (random.nextInt(depth < 2 ? 4 : 2)) {
            case 0 -> scalar(random);
            case 1 ->
                Value.newBuilder()
                        .setArrayValue(ArrayValue.newBuilder()
                                .addValues(scalar(random))
                                .addValues(scalar(random)))
                        .build();
            default -> Value.newBuilder().setMapValue(map(random, depth + 1)).build();
        };
    }

    private static Value scalar(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
            case 1 -> Value.newBuilder().setStringValue("s" + random.nextInt(2)).build();
            default -> number(random);
        };
    }

    private static Value number(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> Value.newBuilder().setDoubleValue(Double.NaN).build();
            case 1 -> Value.newBuilder().setIntegerValue(Long.MAX_VALUE).build();
            case 2 -> Value.newBuilder().setIntegerValue(Long.MIN_VALUE).build();
            case 3 -> Value.newBuilder().setDoubleValue(random.nextInt(3) - 1).build();
            case 4 -> Value.newBuilder().setDoubleValue(0.5).build();
            default -> Value.newBuilder().setIntegerValue(random.nextInt(3) - 1).build();
        };
    }
}
