package io.firegate.policy.condition;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.condition.PolicyValue.Array;
import io.firegate.policy.condition.PolicyValue.Bool;
import io.firegate.policy.condition.PolicyValue.Bytes;
import io.firegate.policy.condition.PolicyValue.Fields;
import io.firegate.policy.condition.PolicyValue.Int;
import io.firegate.policy.condition.PolicyValue.Null;
import io.firegate.policy.condition.PolicyValue.Point;
import io.firegate.policy.condition.PolicyValue.Real;
import io.firegate.policy.condition.PolicyValue.Reference;
import io.firegate.policy.condition.PolicyValue.Text;
import io.firegate.policy.condition.PolicyValue.Time;
import io.firegate.policy.condition.PolicyValue.Vector;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The order of all types and their edges, as measured on Firestore: every pair of values compares as their places in one list. */
class ValueOrderTest {
    private static final String DOCUMENTS = "projects/p/databases/d/documents/";

    /** In order; what stands in one line is equal. */
    private static final List<List<PolicyValue>> ORDER = List.of(
            List.of(Null.NULL),
            List.of(new Bool(false)),
            List.of(new Bool(true)),
            List.of(new Real(Double.NaN)),
            List.of(new Real(Double.NEGATIVE_INFINITY)),
            List.of(new Real(-0x1p64)),
            List.of(new Int(Long.MIN_VALUE), new Real(-0x1p63)),
            List.of(new Int(-1), new Real(-1.0)),
            List.of(new Real(-Double.MIN_VALUE)),
            List.of(new Int(0), new Real(0.0), new Real(-0.0)),
            List.of(new Real(0.5)),
            List.of(new Int(1), new Real(1.0)),
            List.of(new Real(1.5)),
            List.of(new Int(1L << 53), new Real(0x1p53)),
            List.of(new Int((1L << 53) + 1)),
            List.of(new Int(Long.MAX_VALUE)),
            List.of(new Real(0x1p63)),
            List.of(new Real(Double.POSITIVE_INFINITY)),
            List.of(new Time(-1, 0)),
            List.of(new Time(0, 1_000), new Time(0, 1_999)),
            List.of(new Time(0, 2_000)),
            List.of(new Text("")),
            List.of(new Text("Z")),
            List.of(new Text("a")),
            List.of(new Text("aa")),
            List.of(new Text("\uFFFF")),
            List.of(new Text("\uD83D\uDE00")),
            List.of(new Bytes(new byte[] {})),
            List.of(new Bytes(new byte[] {0})),
            List.of(new Bytes(new byte[] {0x7f})),
            List.of(new Bytes(new byte[] {(byte) 0x80})),
            List.of(new Reference(DOCUMENTS + "a/b")),
            List.of(new Reference(DOCUMENTS + "a/b/c/d")),
            List.of(new Reference(DOCUMENTS + "a!/b")),
            List.of(new Point(-90, 180)),
            List.of(new Point(0, 0), new Point(-0.0, 0), new Point(0, -0.0)),
            List.of(new Point(0, 1)),
            List.of(new Array(List.of())),
            List.of(new Array(List.of(Null.NULL))),
            List.of(new Array(List.of(new Real(Double.NaN)))),
            List.of(new Array(List.of(new Int(1))), new Array(List.of(new Real(1.0)))),
            List.of(new Array(List.of(new Int(1), Null.NULL))),
            List.of(new Array(List.of(new Int(2)))),
            List.of(new Vector(List.of(9.0))),
            List.of(new Vector(List.of(0.0, 1.0)), new Vector(List.of(-0.0, 1.0))),
            List.of(new Vector(List.of(0.0, 2.0))),
            List.of(new Fields(Map.of())),
            List.of(new Fields(Map.of("a", new Int(1)))),
            List.of(new Fields(Map.of("a", new Int(1), "b", Null.NULL))),
            List.of(new Fields(Map.of("a", new Int(2)))),
            List.of(new Fields(Map.of("b", Null.NULL))));

    @Test
    void everyPair() {
        for (int i = 0; i < ORDER.size(); i++) {
            for (int j = 0; j < ORDER.size(); j++) {
                for (PolicyValue a : ORDER.get(i)) {
                    for (PolicyValue b : ORDER.get(j)) {
                        assertThat(Integer.signum(ValueOrder.compare(a, b)))
                                .as("%s beside %s", a, b)
                                .isEqualTo(Integer.compare(i, j));
                    }
                }
            }
        }
    }

    @Test
    void everyTypeIsThere() {
        assertThat(ORDER.stream()
                        .flatMap(List::stream)
                        .map(PolicyValue::getClass)
                        .distinct())
                .hasSize(PolicyValue.class.getPermittedSubclasses().length);
    }
}
