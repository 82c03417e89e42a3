package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.condition.Comparison;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What handles are bound to differs whenever the demand does, and what is printed holds no value. */
class DistinctTextTest {
    private static final FieldPath A = FieldPath.of("a");
    private static final FieldPath B = FieldPath.of("b");

    private static Obligations rows(RowPredicate predicate) {
        return new Obligations(
                new RowFilter.Rows(predicate), FieldMask.AllFields.INSTANCE, WriteGuard.NoGuard.INSTANCE);
    }

    private static Obligations with(FieldMask mask, WriteGuard guard) {
        return new Obligations(RowFilter.AllRows.INSTANCE, mask, guard);
    }

    private static PolicyValue text(String value) {
        return new PolicyValue.Text(value);
    }

    private static RowPredicate equal(FieldPath field, PolicyValue value) {
        return new RowPredicate.Compare(field, Comparison.EQUAL, value);
    }

    private static Stream<PolicyValue> values() {
        return Stream.of(
                PolicyValue.Null.NULL,
                new PolicyValue.Bool(true),
                new PolicyValue.Bool(false),
                new PolicyValue.Int(1),
                new PolicyValue.Int(11),
                new PolicyValue.Real(1),
                new PolicyValue.Real(Double.NaN),
                new PolicyValue.Time(1, 1000),
                new PolicyValue.Time(1, 2000),
                text(""),
                text("secret"),
                text("1:secret"),
                new PolicyValue.Bytes(new byte[] {1}),
                new PolicyValue.Bytes(new byte[] {2}),
                new PolicyValue.Reference("secret"),
                new PolicyValue.Point(1, 2),
                new PolicyValue.Point(2, 1),
                new PolicyValue.Array(List.of()),
                new PolicyValue.Array(List.of(text("a"), text("b"))),
                new PolicyValue.Array(List.of(text("as1:b"))),
                new PolicyValue.Array(List.of(new PolicyValue.Array(List.of(text("a"))), text("b"))),
                new PolicyValue.Vector(List.of(1.0)),
                new PolicyValue.Vector(List.of(1.5)),
                new PolicyValue.Fields(Map.of("k", text("secret"))),
                new PolicyValue.Fields(Map.of("secret", text("k"))));
    }

    private static List<Obligations> demands() {
        List<Obligations> demands = new ArrayList<>(List.of(
                Obligations.NONE,
                rows(RowPredicate.Const.TRUE),
                rows(RowPredicate.Const.FALSE),
                rows(equal(B, text("secret"))),
                rows(equal(new FieldPath(List.of("a", "b")), text("secret"))),
                rows(equal(FieldPath.of("a.b"), text("secret"))),
                rows(new RowPredicate.Compare(A, Comparison.NOT_EQUAL, text("secret"))),
                rows(new RowPredicate.Not(equal(A, text("secret")))),
                rows(new RowPredicate.And(List.of(equal(A, text("x")), equal(B, text("y"))))),
                rows(new RowPredicate.Or(List.of(equal(A, text("x")), equal(B, text("y"))))),
                rows(new RowPredicate.In(A, List.of(text("x"), text("y")))),
                rows(new RowPredicate.In(A, List.of(text("x"), text("y"), text("z")))),
                rows(new RowPredicate.CompareFields(A, Comparison.EQUAL, B)),
                rows(new RowPredicate.CompareFields(B, Comparison.EQUAL, A)),
                rows(new RowPredicate.Contains(A, text("x"))),
                rows(new RowPredicate.ContainsField(A, B)),
                rows(new RowPredicate.IsNull(A)),
                rows(new RowPredicate.IdIn(List.of("secret"))),
                rows(new RowPredicate.IdIn(List.of("secret", "b"))),
                rows(new RowPredicate.Open("x")),
                with(new FieldMask.Hidden(List.of(A)), WriteGuard.NoGuard.INSTANCE),
                with(new FieldMask.Hidden(List.of(A, B)), WriteGuard.NoGuard.INSTANCE),
                with(new FieldMask.Shown(List.of(A)), WriteGuard.NoGuard.INSTANCE),
                with(FieldMask.AllFields.INSTANCE, new WriteGuard.Readonly(List.of(A))),
                with(new FieldMask.Hidden(List.of(A)), new WriteGuard.Readonly(List.of(A)))));
        values().forEach(value -> demands.add(rows(equal(A, value))));
        return demands;
    }

    @Test
    void differsWhenTheDemandDoes() {
        Set<String> texts = new HashSet<>();
        for (Obligations demand : demands()) {
            assertThat(texts.add(demand.distinctText()))
                    .as("%s", demand.distinctText())
                    .isTrue();
        }
        assertThat(demands())
                .extracting(Obligations::distinctText)
                .containsExactlyElementsOf(
                        demands().stream().map(Obligations::distinctText).toList());
    }

    @Test
    void noValueIsPrinted() {
        for (Obligations demand : demands()) {
            assertThat(demand.toString()).doesNotContain("secret");
            if (demand.rows() instanceof RowFilter.Rows(var predicate)) {
                assertThat(predicate.toString()).doesNotContain("secret");
            }
        }
    }
}
