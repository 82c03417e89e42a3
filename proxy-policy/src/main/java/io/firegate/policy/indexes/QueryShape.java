package io.firegate.policy.indexes;

import io.firegate.policy.Access;
import io.firegate.policy.Resource;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.FieldTest;
import io.firegate.policy.yaml.Position;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a query asks, without the values it asks for.
 *
 * @param position where it stands in its file
 * @param name what its author calls it
 * @param access what it wants of the policy
 * @param alternatives its filter in disjunctive normal form, each term as the equalities and memberships in it; one without any when there
 *     is no filter
 * @param ranges the fields an inequality of it is about, the document's name not among them
 * @param orders what it is ordered by, in its order, without the document's name
 * @param nameDescending whether documents that are equal in all that come last name first
 * @param summed the fields that are added up or averaged
 */
public record QueryShape(
        Position position,
        String name,
        Access access,
        Set<Set<FieldTest>> alternatives,
        Set<FieldPath> ranges,
        List<Order> orders,
        boolean nameDescending,
        Set<FieldPath> summed) {
    public QueryShape {
        alternatives = ordered(alternatives);
        ranges = ordered(ranges);
        orders = List.copyOf(orders);
        summed = ordered(summed);
    }

    /** Whether collections of every id are meant, for which there are no indexes. */
    static boolean isEvery(Resource resource) {
        return switch (resource) {
            case Resource.Collection collection -> collection.collectionId().isEmpty();
            case Resource.Group group -> group.collectionId().isEmpty();
            case Resource.Document document -> false;
            case Resource.CollectionIds ids -> false;
        };
    }

    /** The same asked elsewhere. */
    QueryShape with(Position place, String called, Access wanted) {
        return new QueryShape(place, called, wanted, alternatives, ranges, orders, nameDescending, summed);
    }

    /** One field of an order. */
    public record Order(FieldPath field, Direction direction) {}

    /** In the order of the file: what is printed must be the same each time. */
    private static <T> Set<T> ordered(Set<T> set) {
        return Collections.unmodifiableSet(new LinkedHashSet<>(set));
    }
}
