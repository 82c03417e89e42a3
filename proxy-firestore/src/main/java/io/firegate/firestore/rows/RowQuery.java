package io.firegate.firestore.rows;

import com.google.firestore.v1.StructuredAggregationQuery.Aggregation;
import com.google.firestore.v1.StructuredQuery;
import com.google.firestore.v1.StructuredQuery.FieldReference;
import com.google.firestore.v1.StructuredQuery.Filter;
import com.google.protobuf.Int32Value;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.RowPredicate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's query, to be narrowed to the rows a condition allows. */
public final class RowQuery {
    private static final String DOCUMENTS = "/documents";

    /** Firestore's own words: "collection group queries are only allowed at the root parent", when they have a filter. */
    private static final String GROUP_BELOW_DOCUMENT =
            "a collection group below a document cannot be narrowed to the rows the policy allows";

    private final Presser presser;
    private final boolean everyCollection;
    private final boolean group;
    private final boolean belowDocument;

    private RowQuery(Presser presser, boolean everyCollection, boolean group, boolean belowDocument) {
        this.presser = presser;
        this.everyCollection = everyCollection;
        this.group = group;
        this.belowDocument = belowDocument;
    }

    /** A query over this: a collection, or a group of them. */
    public static RowQuery over(DatabaseName database, Resource target) {
        String root = database.resourceName() + DOCUMENTS;
        return switch (target) {
            case Resource.Collection collection -> of(root, collection.parent(), collection.collectionId(), false);
            case Resource.Group group -> of(root, group.parent(), group.collectionId(), true);
            case Resource.Document document -> throw new IllegalArgumentException("a document is not queried");
            case Resource.CollectionIds ids -> throw new IllegalArgumentException("collection ids are not queried");
        };
    }

    private static RowQuery of(String root, ResourcePath parent, String collectionId, boolean group) {
        boolean every = collectionId.isEmpty();
        String collection = group || every ? null : root + (parent.isRoot() ? "" : parent) + "/" + collectionId;
        return new RowQuery(new Presser(root, collection), every, group, !parent.isRoot());
    }

    /** What came of it. */
    public sealed interface Outcome {
        /** The query that returns what the client's would, of the rows that are allowed. */
        record Narrowed(StructuredQuery query) implements Outcome {}

        /**
         * There is no such query.
         *
         * @param why a public phrase, which tells nothing about stored data
         */
        record Impossible(String why) implements Outcome {}
    }

    /** Narrows a query for documents. */
    public Outcome narrow(StructuredQuery query, RowPredicate rows) {
        return narrowed(query, rows, null, false);
    }

    /** Narrows the query of an aggregation. */
    public Outcome narrow(StructuredQuery query, RowPredicate rows, List<Aggregation> aggregations) {
        FieldReference field = summed(aggregations);
        return narrowed(query, rows, field == null ? presser.never() : Presser.never(field), field != null);
    }

    /** The first field that is added up or averaged. */
    private static @Nullable FieldReference summed(List<Aggregation> aggregations) {
        for (Aggregation aggregation : aggregations) {
            if (aggregation.hasSum()) {
                return aggregation.getSum().getField();
            }
            if (aggregation.hasAvg()) {
                return aggregation.getAvg().getField();
            }
        }
        return null;
    }

    /**
     * Narrows.
     *
     * @param never what an aggregation gets that may count nothing; null for a query, which gets a limit of zero
     * @param overField whether a field is added up or averaged
     */
    private Outcome narrowed(StructuredQuery query, RowPredicate rows, @Nullable Filter never, boolean overField) {
        return switch (presser.press(rows)) {
            case Pressed.Everything.INSTANCE -> new Outcome.Narrowed(query);
            case Pressed.Unpressable(var why) -> new Outcome.Impossible(why);
            case Pressed.Filtered(var filter) -> {
                if (everyCollection) {
                    yield new Outcome.Impossible(
                            "a query of all collections cannot be narrowed to the rows the policy allows");
                }
                if (group && belowDocument) {
                    yield new Outcome.Impossible(GROUP_BELOW_DOCUMENT);
                }
                yield overField && Ceilings.isOnName(filter)
                        ? new Outcome.Impossible(
                                "the rows the policy allows are told by document ids, which Firestore does not take beside a sum or an average")
                        : with(query, filter);
            }
            case Pressed.Nothing.INSTANCE -> {
                if (never != null && group && belowDocument) {
                    yield new Outcome.Impossible(GROUP_BELOW_DOCUMENT);
                }
                StructuredQuery.Builder nothing = query.toBuilder();
                if (never != null || query.hasFindNearest()) {
                    // A vector search takes no limit beside its own. What else is asked of nothing makes no difference,
                    // and not
                    // every filter and order could stand beside this one.
                    nothing.setWhere(never == null ? presser.never() : never)
                            .clearOrderBy()
                            .clearStartAt()
                            .clearEndAt();
                } else {
                    nothing.setLimit(Int32Value.getDefaultInstance());
                }
                yield new Outcome.Narrowed(nothing.build());
            }
        };
    }

    private Outcome with(StructuredQuery query, Filter pressed) {
        boolean filtered = query.getWhere().getFilterTypeCase() != Filter.FilterTypeCase.FILTERTYPE_NOT_SET;
        StructuredQuery narrowed = query.toBuilder()
                .setWhere(filtered ? Presser.both(query.getWhere(), pressed) : pressed)
                .build();
        String broken = Ceilings.broken(narrowed, pressed, belowDocument);
        return broken == null ? new Outcome.Narrowed(narrowed) : new Outcome.Impossible(broken);
    }
}
