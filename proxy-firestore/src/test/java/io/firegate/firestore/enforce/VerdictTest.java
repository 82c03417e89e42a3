package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.Access;
import io.firegate.policy.Decision;
import io.firegate.policy.Obligations;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.Comparison;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a handle is bound to differs when the rows do, by a value alone too. */
class VerdictTest {
    private static String bound(PolicyValue value) {
        Obligations demanded = new Obligations(
                new Obligations.RowFilter.Rows(new RowPredicate.Compare(FieldPath.of("ward"), Comparison.EQUAL, value)),
                Obligations.FieldMask.AllFields.INSTANCE,
                Obligations.WriteGuard.NoGuard.INSTANCE);
        Access list = Access.of(Operation.LIST, new Resource.Collection(ResourcePath.ROOT, "patients"));
        Decision.Permit permit = new Decision.Permit("c", List.of(new Decision.Grant(list, "t", "r", demanded)));
        return Plan.Verdict.of(permit, new TestCaller((database, accesses) -> permit))
                .obligations();
    }

    @Test
    void anotherValueIsAnotherDemand() {
        assertThat(bound(new PolicyValue.Text("A")))
                .isEqualTo(bound(new PolicyValue.Text("A")))
                .isNotEqualTo(bound(new PolicyValue.Text("B")));
        assertThat(bound(new PolicyValue.Bytes(new byte[] {1})))
                .isNotEqualTo(bound(new PolicyValue.Bytes(new byte[] {2})));
    }
}
