package io.firegate.firestore.rows;

import com.google.firestore.v1.ArrayValue;
import com.google.firestore.v1.StructuredQuery.CompositeFilter;
import com.google.firestore.v1.StructuredQuery.FieldFilter;
import com.google.firestore.v1.StructuredQuery.FieldReference;
import com.google.firestore.v1.StructuredQuery.Filter;
import com.google.firestore.v1.StructuredQuery.UnaryFilter;
import com.google.firestore.v1.Value;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.Comparison;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a condition as a filter of a query over one target.
 *
 * <p>Only equalities and memberships: they leave the order and the cursors of the client's query as they are, which an inequality
 * would not. Without {@code !} a part that is unknown keeps the whole from being true just as one that is false, so what Firestore
 * returns is what {@link RowPredicate#permits} permits.
 *
 * @param root the name everything in the database starts with
 * @param collection the name of the one collection that is queried; null when there are several
 */
public record Presser(String root, @Nullable String collection) {
    private static final Pressed UNSAID =
            new Pressed.Unpressable("the rule compares in a way that no query can without changing its order");

    /** The condition as a filter. */
    public Pressed press(RowPredicate predicate) {
        return switch (predicate) {
            case RowPredicate.Const constant ->
                constant.value() ? Pressed.Everything.INSTANCE : Pressed.Nothing.INSTANCE;
            case RowPredicate.And and -> composite(CompositeFilter.Operator.AND, and.parts());
            case RowPredicate.Or or -> composite(CompositeFilter.Operator.OR, or.parts());
            case RowPredicate.Compare compare ->
                compare.comparison() == Comparison.EQUAL ? equal(compare.field(), compare.value()) : UNSAID;
            case RowPredicate.In in -> in(in.field(), in.values());
            case RowPredicate.Contains contains -> contains(contains.array(), contains.member());
            case RowPredicate.IsNull isNull ->
                onField(
                        isNull.field(),
                        Filter.newBuilder()
                                .setUnaryFilter(UnaryFilter.newBuilder()
                                        .setField(reference(isNull.field()))
                                        .setOp(UnaryFilter.Operator.IS_NULL))
                                .build());
            case RowPredicate.IdIn idIn -> ids(idIn.ids());
            case RowPredicate.Open open ->
                new Pressed.Unpressable("the request leaves the path variable " + open.variable() + " open");
            case RowPredicate.Awaits awaits -> throw new IllegalStateException("what it looks up has not been read");
            case RowPredicate.Not not -> UNSAID;
            case RowPredicate.CompareFields compare -> UNSAID;
            case RowPredicate.ContainsField contains -> UNSAID;
        };
    }

    private Pressed composite(CompositeFilter.Operator operator, List<RowPredicate> parts) {
        boolean all = operator == CompositeFilter.Operator.AND;
        List<Filter> filters = new ArrayList<>(parts.size());
        Pressed settled = null;
        for (RowPredicate part : parts) {
            switch (press(part)) {
                // What cannot be said is told, even beside what would settle it: the answer then depends on the policy
                // alone.
                case Pressed.Unpressable unpressable -> {
                    return unpressable;
                }
                case Pressed.Everything everything -> settled = all ? settled : everything;
                case Pressed.Nothing nothing -> settled = all ? nothing : settled;
                case Pressed.Filtered filtered -> filters.add(filtered.filter());
            }
        }
        if (settled != null) {
            return settled;
        }
        return switch (filters.size()) {
            case 0 -> all ? Pressed.Everything.INSTANCE : Pressed.Nothing.INSTANCE;
            case 1 -> new Pressed.Filtered(filters.get(0));
            default ->
                new Pressed.Filtered(Filter.newBuilder()
                        .setCompositeFilter(
                                CompositeFilter.newBuilder().setOp(operator).addAllFilters(filters))
                        .build());
        };
    }

    private Pressed equal(FieldPath field, PolicyValue value) {
        return value.matchesNothing()
                ? Pressed.Nothing.INSTANCE
                : comparable(value)
                        ? onField(
                                field,
                                fieldFilter(reference(field), FieldFilter.Operator.EQUAL, StoredValue.write(value)))
                        : UNSAID;
    }

    private Pressed in(FieldPath field, List<PolicyValue> values) {
        List<PolicyValue> some = new ArrayList<>(values.size());
        for (PolicyValue value : values) {
            if (!comparable(value)) {
                return UNSAID;
            }
            if (!value.matchesNothing()) {
                some.add(value);
            }
        }
        return switch (some.size()) {
            case 0 -> Pressed.Nothing.INSTANCE;
            case 1 -> equal(field, some.get(0));
            default ->
                onField(
                        field,
                        fieldFilter(
                                reference(field),
                                FieldFilter.Operator.IN,
                                Value.newBuilder()
                                        .setArrayValue(StoredValue.array(some))
                                        .build()));
        };
    }

    private Pressed contains(FieldPath array, PolicyValue member) {
        return member.matchesNothing()
                ? Pressed.Nothing.INSTANCE
                : comparable(member)
                        ? onField(
                                array,
                                fieldFilter(
                                        reference(array),
                                        FieldFilter.Operator.ARRAY_CONTAINS,
                                        StoredValue.write(member)))
                        : UNSAID;
    }

    /** A text that could not be an id would be read as a path: no document has it, so it is left out. */
    private Pressed ids(List<String> ids) {
        if (collection == null) {
            return new Pressed.Unpressable("the rule names document ids, and the query is over several collections");
        }
        List<Value> names = new ArrayList<>(ids.size());
        for (String id : ids) {
            if (ResourcePath.isLegalId(id)) {
                names.add(name(collection + "/" + id));
            }
        }
        FieldReference field =
                FieldReference.newBuilder().setFieldPath(Projection.NAME).build();
        return switch (names.size()) {
            case 0 -> Pressed.Nothing.INSTANCE;
            case 1 -> new Pressed.Filtered(fieldFilter(field, FieldFilter.Operator.EQUAL, names.get(0)));
            default ->
                new Pressed.Filtered(fieldFilter(
                        field,
                        FieldFilter.Operator.IN,
                        Value.newBuilder()
                                .setArrayValue(ArrayValue.newBuilder().addAllValues(names))
                                .build()));
        };
    }

    /** A filter that no document meets, for queries that a limit of zero cannot stand in. */
    Filter never() {
        FieldReference field =
                FieldReference.newBuilder().setFieldPath(Projection.NAME).build();
        return both(
                fieldFilter(field, FieldFilter.Operator.EQUAL, name(root + "/none/a")),
                fieldFilter(field, FieldFilter.Operator.EQUAL, name(root + "/none/b")));
    }

    /** The same said of a field, because an aggregation over a field goes together with no filter on names. */
    static Filter never(FieldReference field) {
        return both(
                fieldFilter(field, FieldFilter.Operator.EQUAL, StoredValue.write(new PolicyValue.Int(1))),
                fieldFilter(field, FieldFilter.Operator.EQUAL, StoredValue.write(new PolicyValue.Int(2))));
    }

    /** A filter that asks for both. */
    static Filter both(Filter one, Filter other) {
        return Filter.newBuilder()
                .setCompositeFilter(CompositeFilter.newBuilder()
                        .setOp(CompositeFilter.Operator.AND)
                        .addFilters(one)
                        .addFilters(other))
                .build();
    }

    /** Firestore takes references into the database of the query only. */
    private boolean comparable(PolicyValue value) {
        return switch (value) {
            case PolicyValue.Reference reference -> reference.name().startsWith(root + "/");
            case PolicyValue.Array array -> array.elements().stream().allMatch(this::comparable);
            case PolicyValue.Fields map -> map.values().stream().allMatch(this::comparable);
            case PolicyValue.Null.NULL -> true;
            case PolicyValue.Bool bool -> true;
            case PolicyValue.Int number -> true;
            case PolicyValue.Real number -> true;
            case PolicyValue.Time time -> true;
            case PolicyValue.Text text -> true;
            case PolicyValue.Bytes bytes -> true;
            case PolicyValue.Point point -> true;
            case PolicyValue.Vector vector -> true;
        };
    }

    /** Names Firestore keeps for itself are no fields: {@code __name__} would be the document's. */
    private static Pressed onField(FieldPath field, Filter filter) {
        return field.segments().stream().anyMatch(Projection::isReserved) ? UNSAID : new Pressed.Filtered(filter);
    }

    private static FieldReference reference(FieldPath field) {
        return FieldReference.newBuilder().setFieldPath(field.toString()).build();
    }

    private static Filter fieldFilter(FieldReference field, FieldFilter.Operator operator, Value value) {
        return Filter.newBuilder()
                .setFieldFilter(
                        FieldFilter.newBuilder().setField(field).setOp(operator).setValue(value))
                .build();
    }

    private static Value name(String name) {
        return Value.newBuilder().setReferenceValue(name).build();
    }
}
