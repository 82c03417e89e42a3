package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathNodeTest {
    /** Ids that look alike to whoever looks only at a length, a hash or some of the characters. */
    private static List<String> awkward() {
        List<String> ids = new ArrayList<>(List.of(
                "a",
                "aa",
                "\0a",
                "a\0",
                "abcdefgh",
                "abcdefghi",
                "bcdefghi",
                "\u00e9",
                "e\u0301",
                "\u00e9bcdefgh",
                "\u0100",
                "\u0161",
                "a\u0161",
                "\ud83d\ude00",
                PathPattern.FRESH));
        // Of one length and one hash: "Aa" and "BB" have the same.
        for (int bits = 0; bits < 64; bits++) {
            StringBuilder id = new StringBuilder();
            for (int i = 0; i < 6; i++) {
                id.append((bits & 1 << i) == 0 ? "Aa" : "BB");
            }
            ids.add(id.toString());
            ids.add(id.substring(0, 8));
        }
        return ids.stream().distinct().toList();
    }

    /** Equal and not the same object, as what a request holds. */
    private static String copy(String id) {
        return String.valueOf(id.toCharArray());
    }

    @Test
    void tellsEveryIdFromEveryOther() {
        List<String> ids = awkward();
        assertThat(ids.stream()
                        .filter(id -> id.length() == 12)
                        .mapToInt(String::hashCode)
                        .distinct())
                .hasSize(1);
        for (String there : ids) {
            PathNode node = new PathNode();
            PathNode child = node.child(there);
            for (String asked : ids) {
                assertThat(node.get(copy(asked)))
                        .as("%s where %s is", asked, there)
                        .isSameAs(asked.equals(there) ? child : null);
            }
        }
    }

    @Test
    void findsEachOfManyOnce() {
        PathNode node = new PathNode();
        List<String> ids = new ArrayList<>(awkward());
        for (int i = 0; i < 5_000; i++) {
            ids.add("tenant" + i);
            ids.add("a tenant of a longer name, " + i);
        }
        ids.forEach(node::child);

        for (String id : ids) {
            PathNode found = node.get(copy(id));
            assertThat(found).as(id).isNotNull().extracting(PathNode::literal).isEqualTo(id);
            assertThat(node.child(id)).isSameAs(found);
        }
        for (int i = 5_000; i < 10_000; i++) {
            assertThat(node.get("tenant" + i)).isNull();
            assertThat(node.get("t" + i)).isNull();
            assertThat(node.get("a tenant of a longer name, " + i)).isNull();
        }
    }

    /** Names people give, which differ at their end, their beginning or in the middle. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "t%1$d",
                "%1$04d",
                "%1$04d-abc",
                "%1$04d0000",
                "%1$04d%1$04d",
                "ab-%1$04d",
                "a%1$04daa",
                "a tenant, %1$d",
                "%1$d, a tenant"
            })
    void namesAlikeStandApart(String shape) {
        int slots = 16_384;
        BitSet taken = new BitSet(slots);
        for (int i = 0; i < slots / 2; i++) {
            taken.set(PathNode.place(PathNode.mixed(PathNode.key(String.format(Locale.ROOT, shape, i))), slots - 1));
        }

        // Places drawn by lot would be 6,446 different ones.
        assertThat(taken.cardinality()).isGreaterThan(slots / 8);
    }
}
