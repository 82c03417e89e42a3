package io.firegate.firestore.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.DocumentMask;
import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.condition.FieldPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random documents, writes and policies: the verdict is carried out and compared with what {@link PlainModel} says. */
class FieldWritesPropertyTest {
    private static final int RUNS = 15_000;

    /** One draw. */
    private record Draw(
            Map<String, Object> stored,
            Map<String, Object> fields,
            @Nullable List<FieldPath> mask,
            List<FieldPath> paths) {
        static Draw of(RandomDocuments random) {
            List<FieldPath> paths = random.paths();
            Map<String, Object> fields = random.fields();
            return new Draw(
                    random.fields(),
                    random.oneIn(3) ? fields : PlainModel.without(fields, paths),
                    random.mask(),
                    paths);
        }

        ClientWrite write() {
            DocumentMask sent = mask == null
                    ? null
                    : DocumentMask.newBuilder()
                            .addAllFieldPaths(
                                    mask.stream().map(FieldPath::toString).toList())
                            .build();
            return new ClientWrite(TestDocuments.document(fields), sent, List.of(), false, "update", "transforms");
        }

        FieldVerdict judged(FieldWrites writes) {
            return writes.judge(write(), TestDocuments.document(stored));
        }

        /** What is stored when a verdict has been carried out. */
        Map<String, Object> after(FieldVerdict verdict) {
            return switch (verdict) {
                case FieldVerdict.AsItStands.INSTANCE -> PlainModel.write(stored, fields, mask);
                case FieldVerdict.Masked masked -> PlainModel.write(stored, fields, masked.paths());
                case FieldVerdict.NeedsStored.INSTANCE -> throw new AssertionError("judged by what is stored");
                case FieldVerdict.Refused refused -> throw new AssertionError("refused at " + refused.field());
            };
        }
    }

    @Test
    void aWriterChangesWhatIsVisibleAndNothingElse() {
        RandomDocuments random = new RandomDocuments(new Random(1));
        int written = 0;
        for (int i = 0; i < RUNS; i++) {
            Draw draw = Draw.of(random);
            FieldWrites writes = FieldWrites.of(new FieldMask.Hidden(draw.paths()), WriteGuard.NoGuard.INSTANCE);
            FieldVerdict early = writes.judge(draw.write());
            FieldVerdict verdict = draw.judged(writes);
            boolean names = PlainModel.names(draw.fields(), draw.mask(), draw.paths());
            assertThat(early instanceof FieldVerdict.Refused).as("%s", draw).isEqualTo(names);
            assertThat(verdict instanceof FieldVerdict.Refused).as("%s", draw).isEqualTo(names);
            if (names) {
                continue;
            }
            written++;
            Map<String, Object> after = draw.after(verdict);
            assertThat(PlainModel.without(after, draw.paths()))
                    .as("visible: %s by %s", draw, verdict)
                    .isEqualTo(PlainModel.without(
                            PlainModel.write(
                                    PlainModel.without(draw.stored(), draw.paths()), draw.fields(), draw.mask()),
                            draw.paths()));
            staysAt(draw.paths(), draw, after);
            if (early instanceof FieldVerdict.AsItStands) {
                assertThat(draw.after(early)).isEqualTo(after);
            }
        }
        assertThat(written).isGreaterThan(RUNS / 3);
    }

    @Test
    void aWriterWhoSeesAListNeedsNoReading() {
        RandomDocuments random = new RandomDocuments(new Random(2));
        int written = 0;
        for (int i = 0; i < RUNS; i++) {
            Draw any = Draw.of(random);
            Draw draw = random.oneIn(3)
                    ? any
                    : new Draw(any.stored(), PlainModel.only(any.fields(), any.paths()), any.mask(), any.paths());
            FieldWrites writes = FieldWrites.of(new FieldMask.Shown(draw.paths()), WriteGuard.NoGuard.INSTANCE);
            FieldVerdict early = writes.judge(draw.write());
            FieldVerdict verdict = draw.judged(writes);
            assertThat(verdict instanceof FieldVerdict.Refused)
                    .as("%s", draw)
                    .isEqualTo(early instanceof FieldVerdict.Refused);
            if (early instanceof FieldVerdict.Refused) {
                continue;
            }
            written++;
            for (FieldVerdict each : List.of(early, verdict)) {
                Map<String, Object> after = draw.after(each);
                assertThat(PlainModel.only(after, draw.paths()))
                        .as("visible: %s by %s", draw, each)
                        .isEqualTo(PlainModel.only(
                                PlainModel.write(
                                        PlainModel.only(draw.stored(), draw.paths()), draw.fields(), draw.mask()),
                                draw.paths()));
                List<FieldPath> unseen = new ArrayList<>();
                for (String name : draw.stored().keySet()) {
                    FieldPath path = FieldPath.of(name);
                    if (draw.paths().stream().noneMatch(path::meets)) {
                        unseen.add(path);
                    }
                }
                staysAt(unseen, draw, after);
                assertThat(PlainModel.without(after, draw.paths()))
                        .as("hidden: %s by %s", draw, each)
                        .isEqualTo(PlainModel.without(draw.stored(), draw.paths()));
            }
        }
        assertThat(written).isGreaterThan(RUNS / 5);
    }

    @Test
    void whatIsReadonlyStays() {
        RandomDocuments random = new RandomDocuments(new Random(3));
        int written = 0;
        int refusals = 0;
        for (int i = 0; i < RUNS; i++) {
            Draw draw = Draw.of(random);
            List<FieldPath> readonly = random.paths();
            FieldWrites writes = FieldWrites.of(new FieldMask.Hidden(draw.paths()), new WriteGuard.Readonly(readonly));
            Map<String, Object> before = PlainModel.without(draw.stored(), draw.paths());
            Map<String, Object> wanted = PlainModel.write(before, draw.fields(), draw.mask());
            switch (draw.judged(writes)) {
                case FieldVerdict.Refused(var cause, var ignored) -> {
                    if (cause == FieldVerdict.Cause.READONLY) {
                        refusals++;
                        assertThat(readonly)
                                .as("refused: %s", draw)
                                .anyMatch(path -> !Objects.equals(
                                        PlainModel.at(before, path.segments()),
                                        PlainModel.at(PlainModel.without(wanted, draw.paths()), path.segments())));
                    }
                }
                case FieldVerdict verdict -> {
                    written++;
                    Map<String, Object> after = draw.after(verdict);
                    Map<String, Object> seen = PlainModel.without(after, draw.paths());
                    for (FieldPath path : readonly) {
                        assertThat(PlainModel.at(seen, path.segments()))
                                .as("%s of %s by %s", path, draw, verdict)
                                .isEqualTo(PlainModel.at(before, path.segments()));
                        Object named = draw.mask() == null ? PlainModel.at(draw.fields(), path.segments()) : null;
                        if (named != null && draw.paths().stream().noneMatch(path::meets)) {
                            assertThat(PlainModel.at(before, path.segments())).isEqualTo(named);
                        }
                    }
                    staysAt(draw.paths(), draw, after);
                    assertThat(PlainModel.without(seen, readonly))
                            .as("the rest of %s, %s readonly, by %s", draw, readonly, verdict)
                            .isEqualTo(PlainModel.without(PlainModel.without(wanted, draw.paths()), readonly));
                }
            }
        }
        assertThat(written).isGreaterThan(RUNS / 5);
        assertThat(refusals).isGreaterThan(RUNS / 20);
    }

    /** The bar of no inference: whether a write is refused does not depend on what is hidden. */
    @Test
    void whatIsHiddenDecidesNoRefusal() {
        RandomDocuments random = new RandomDocuments(new Random(5));
        for (int i = 0; i < RUNS; i++) {
            Draw draw = Draw.of(random);
            Draw other = new Draw(
                    random.withOtherHidden(draw.stored(), draw.paths()), draw.fields(), draw.mask(), draw.paths());
            FieldWrites writes =
                    FieldWrites.of(new FieldMask.Hidden(draw.paths()), new WriteGuard.Readonly(random.paths()));
            FieldVerdict one = draw.judged(writes);
            FieldVerdict two = other.judged(writes);
            if (one instanceof FieldVerdict.Refused || two instanceof FieldVerdict.Refused) {
                assertThat(one).as("%s and %s", draw, other.stored()).isEqualTo(two);
            }
        }
    }

    /** What is stored at these paths, or above them without being a map, is still there; what was not there is not. */
    private static void staysAt(List<FieldPath> paths, Draw draw, Map<String, Object> after) {
        for (FieldPath path : paths) {
            List<String> at = path.segments();
            for (int depth = 1; depth < at.size(); depth++) {
                List<String> above = at.subList(0, depth);
                Object old = PlainModel.at(draw.stored(), above);
                Map<String, Object> beneath = PlainModel.map(PlainModel.at(draw.fields(), above));
                boolean replaced = beneath != null && !beneath.isEmpty();
                if (old != null && PlainModel.map(old) == null && !replaced) {
                    assertThat(PlainModel.at(after, above))
                            .as("%s of %s", above, draw)
                            .isEqualTo(old);
                }
            }
            assertThat(PlainModel.at(after, at)).as("%s of %s", path, draw).isEqualTo(PlainModel.at(draw.stored(), at));
        }
    }
}
