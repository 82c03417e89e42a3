package io.firegate.firestore.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.RunQueryRequest;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.CompositeFilter;
import com.google.firestore.v1.StructuredQuery.FieldFilter;
import com.google.firestore.v1.StructuredQuery.FieldReference;
import com.google.firestore.v1.StructuredQuery.Filter;
import com.google.firestore.v1.StructuredQuery.Order;
import com.google.firestore.v1.Value;
import io.firegate.firestore.method.FirestoreMethod;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the record keeps of a query is bounded, whatever a client sends, and holds no half of a name. */
class QueryFormTest {
    private final Enforcer enforcer = new Enforcer(TestHandles.SEALER, TestHandles.PARTS_MAX);

    private QueryForm form(StructuredQuery.Builder query) {
        RunQueryRequest request = RunQueryRequest.newBuilder()
                .setParent("projects/p/databases/(default)/documents")
                .setStructuredQuery(query)
                .build();
        Admission admission = enforcer.admit(
                FirestoreMethod.RUN_QUERY,
                Frames.HEAP.frame(request.toByteArray()),
                TestCaller.PERMITTED,
                TestRefusals.INSTANCE);
        PermittedCall call = ((Admission.Admitted) admission).call();
        call.release();
        return Objects.requireNonNull(call.form());
    }

    private static Filter equal(String field) {
        return Filter.newBuilder()
                .setFieldFilter(FieldFilter.newBuilder()
                        .setField(FieldReference.newBuilder().setFieldPath(field))
                        .setOp(FieldFilter.Operator.EQUAL)
                        .setValue(Value.newBuilder().setStringValue("secret")))
                .build();
    }

    private static CompositeFilter.Builder all() {
        return CompositeFilter.newBuilder().setOp(CompositeFilter.Operator.AND);
    }

    private static Order order(String field) {
        return Order.newBuilder()
                .setField(FieldReference.newBuilder().setFieldPath(field))
                .build();
    }

    @Test
    void noMoreIsLookedAtThanAQueryMayHaveManyTimes() {
        CompositeFilter.Builder filters = all();
        for (int i = 0; i < 1_000; i++) {
            filters.addFilters(Filter.getDefaultInstance());
        }
        assertThat(form(StructuredQuery.newBuilder()
                                .setWhere(Filter.newBuilder()
                                        .setCompositeFilter(filters.clone().addFilters(equal("last")))))
                        .where())
                .containsExactly(new QueryForm.Compared("last", "=="));
        for (int i = 0; i < 10_000; i++) {
            filters.addFilters(Filter.getDefaultInstance());
        }
        QueryForm form = form(StructuredQuery.newBuilder()
                .setWhere(Filter.newBuilder().setCompositeFilter(filters.addFilters(equal("last")))));
        assertThat(form.where()).isEmpty();
        assertThat(form.cut()).isTrue();
    }

    @Test
    void noMorePartsThanAQueryMayHave() {
        CompositeFilter.Builder filters = all();
        for (int i = 0; i < QueryForm.PARTS_MAX - 1; i++) {
            filters.addFilters(equal("f" + i));
        }
        StructuredQuery.Builder query = StructuredQuery.newBuilder()
                .setWhere(Filter.newBuilder().setCompositeFilter(filters))
                .addOrderBy(order("a"));
        assertThat(form(query).cut()).isFalse();

        QueryForm more = form(query.addOrderBy(order("b")));
        assertThat(more.cut()).isTrue();
        assertThat(more.where()).hasSize(QueryForm.PARTS_MAX - 1);
        assertThat(more.orders()).containsExactly(new QueryForm.Order("a", false));
    }

    @Test
    void aNameIsKeptWholeOrNotAtAll() {
        String name = "x".repeat(QueryForm.CHARS_MAX - 1);
        StructuredQuery.Builder query =
                StructuredQuery.newBuilder().setWhere(equal(name)).addOrderBy(order("a"));
        assertThat(form(query).cut()).isFalse();

        QueryForm more = form(query.addOrderBy(order("b")));
        assertThat(FormText.of(more)).isEqualTo(name + " ==; order a asc; cut");

        QueryForm longer = form(StructuredQuery.newBuilder().setWhere(equal(name + "yz")));
        assertThat(FormText.of(longer)).isEqualTo("; cut");
    }

    @Test
    void filtersAreKeptAsDeepAsTheyAreRead() {
        Filter filter = equal("f");
        for (int depth = 0; depth < QueryForm.DEPTH_MAX; depth++) {
            filter = Filter.newBuilder()
                    .setCompositeFilter(all().addFilters(filter))
                    .build();
        }
        assertThat(form(StructuredQuery.newBuilder().setWhere(filter)).cut()).isFalse();

        Filter deeper =
                Filter.newBuilder().setCompositeFilter(all().addFilters(filter)).build();
        QueryForm cut = form(StructuredQuery.newBuilder().setWhere(deeper));
        assertThat(cut.cut()).isTrue();
        assertThat(cut.toString()).doesNotContain("Compared").doesNotContain("secret");
    }
}
