package io.firegate.policy;

import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.Standing.Held;
import io.firegate.policy.Standing.Tuple;
import io.firegate.policy.condition.Facts;
import io.firegate.policy.condition.LookupPath;
import io.firegate.policy.condition.Operand;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes obligations of a rule's terms: puts in what is known of the caller, one grant tuple and the request's path. */
final class Folding implements Facts {
    private final Principal principal;
    private final Map<String, List<PolicyValue>> grants;
    private final PathPattern pattern;
    private final Resource resource;
    private final Lookups lookups;

    private Folding(
            Principal principal,
            Map<String, List<PolicyValue>> grants,
            PathPattern pattern,
            Resource resource,
            Lookups lookups) {
        this.principal = principal;
        this.grants = grants;
        this.pattern = pattern;
        this.resource = resource;
        this.lookups = lookups;
    }

    /**
     * What a permit by a rule demands. Its predicate may be {@link RowPredicate#open}, and then nobody can carry it out.
     *
     * @param held the tier the rule is of, as the principal holds it
     * @param now which tuples are live
     * @param lookups what has been read for it
     */
    static Obligations obligations(
            Rule rule, Held held, Principal principal, Access access, Instant now, Lookups lookups) {
        Terms terms = rule.terms();
        if (!terms.limited() || access.operation() == Operation.COLLECTIONS) {
            return Obligations.NONE;
        }
        boolean changes = access.operation() == Operation.UPDATE || access.operation() == Operation.UPSERT;
        return new Obligations(
                rows(rule, terms.where(), held, principal, access.resource(), now, lookups),
                terms.fields(),
                changes ? terms.write() : WriteGuard.NoGuard.INSTANCE);
    }

    private static RowFilter rows(
            Rule rule,
            Terms.@Nullable Where where,
            Held held,
            Principal principal,
            Resource resource,
            Instant now,
            Lookups lookups) {
        if (where == null) {
            return RowFilter.AllRows.INSTANCE;
        }
        RowPredicate predicate;
        if (where.usesGrants()) {
            // Tuple by tuple: what one binding gives never helps another along.
            List<RowPredicate> each = new ArrayList<>(held.tuples().size());
            for (Tuple tuple : held.tuples()) {
                if (tuple.at(now)) {
                    each.add(where.condition()
                            .fold(new Folding(principal, tuple.grants(), rule.pattern(), resource, lookups)));
                }
            }
            predicate = RowPredicate.or(each);
        } else {
            predicate = where.condition().fold(new Folding(principal, Map.of(), rule.pattern(), resource, lookups));
        }
        return RowPredicate.Const.TRUE.equals(predicate) ? RowFilter.AllRows.INSTANCE : new RowFilter.Rows(predicate);
    }

    @Override
    public PolicyValue caller(Operand.Attribute attribute) {
        return new PolicyValue.Text(
                switch (attribute) {
                    case OID -> principal.oid().value();
                    case TENANT -> principal.tenant().value();
                    case APP -> principal.app().value();
                });
    }

    @Override
    public @Nullable PolicyValue claim(String name) {
        return principal.claims().get(name);
    }

    @Override
    public @Nullable List<PolicyValue> grant(String name) {
        return grants.get(name);
    }

    @Override
    public LookedUp lookup(Operand.Lookup lookup) {
        List<String> segments = new ArrayList<>(lookup.path().pieces().size());
        for (LookupPath.Piece piece : lookup.path().pieces()) {
            if (piece instanceof LookupPath.Piece.Known(Operand.Variable(var name))
                    && !(variable(name) instanceof Variable.Bound)) {
                return new LookedUp.Open(name);
            }
            String id = id(piece);
            // What is no id is in no document's path: a slash in a claim leads nowhere.
            if (id == null || !ResourcePath.isLegalId(id)) {
                return LookedUp.Missing.INSTANCE;
            }
            segments.add(id);
        }
        ResourcePath path = new ResourcePath(segments);
        if (!lookups.hasRead(path)) {
            return new LookedUp.Unread(path.toString());
        }
        PolicyValue value = lookups.value(path, lookup.field());
        return value == null ? LookedUp.Missing.INSTANCE : new LookedUp.Found(value);
    }

    /** An id is one string: a claim or a grant with several values, or with another, binds no path. */
    private @Nullable String id(LookupPath.Piece piece) {
        return switch (piece) {
            case LookupPath.Piece.Id written -> written.id();
            case LookupPath.Piece.Granted(var name) -> {
                List<PolicyValue> values = grants.get(name);
                yield values != null && values.size() == 1 ? text(values.get(0)) : null;
            }
            case LookupPath.Piece.Known(Operand.Variable(var name)) ->
                variable(name) instanceof Variable.Bound(var bound) ? bound : null;
            case LookupPath.Piece.Known(Operand.Caller(var attribute)) -> text(caller(attribute));
            case LookupPath.Piece.Known(Operand.Claim(var name)) -> text(claim(name));
            case LookupPath.Piece.Known other -> throw new IllegalStateException("no path has it: " + other);
        };
    }

    private static @Nullable String text(@Nullable PolicyValue value) {
        return value instanceof PolicyValue.Text(var text) ? text : null;
    }

    @Override
    public Variable variable(String name) {
        int place = pattern.place(name);
        if (place < 0) {
            return Variable.Open.INSTANCE;
        }
        return switch (resource) {
            case Resource.Document document -> {
                List<String> path = document.path().segments();
                int from = pattern.form() == PathPattern.Form.SUFFIX ? path.size() - pattern.size() : 0;
                yield new Variable.Bound(path.get(from + place));
            }
            case Resource.Collection collection -> inCollection(collection, place);
            case Resource.Group group -> {
                // How deep a document lies is not known, so what is counted from its end is not either.
                List<String> parent = group.parent().segments();
                yield pattern.form() == PathPattern.Form.BELOW && place < parent.size()
                        ? new Variable.Bound(parent.get(place))
                        : Variable.Open.INSTANCE;
            }
            case Resource.CollectionIds ids -> Variable.Open.INSTANCE;
        };
    }

    private Variable inCollection(Resource.Collection collection, int place) {
        List<String> parent = collection.parent().segments();
        int n = parent.size() + 2;
        int at = place + (pattern.form() == PathPattern.Form.SUFFIX ? n - pattern.size() : 0);
        if (at < parent.size()) {
            return new Variable.Bound(parent.get(at));
        }
        if (collection.collectionId().isEmpty()) {
            return Variable.Open.INSTANCE;
        }
        return at == parent.size() ? new Variable.Bound(collection.collectionId()) : Variable.DocumentId.INSTANCE;
    }
}
