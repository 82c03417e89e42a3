package io.firegate.policy;

import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.Obligations.WriteCheck;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.Standing.Tuple;
import io.firegate.policy.check.BoundCheck;
import io.firegate.policy.check.Check;
import io.firegate.policy.check.CheckFacts;
import io.firegate.policy.check.CheckLookup;
import io.firegate.policy.condition.Facts;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.LookupPath;
import io.firegate.policy.condition.Operand;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
     * @param serving the tier the rule is of, as the principal holds it in the request's database
     * @param request which tuples count, and what has been read for it
     */
    static Obligations obligations(
            Rule rule, Serving serving, Principal principal, Access access, AccessRequest request) {
        Terms terms = rule.terms();
        if (!terms.limited() || access.operation() == Operation.COLLECTIONS) {
            return Obligations.NONE;
        }
        boolean changes = access.operation() == Operation.UPDATE || access.operation() == Operation.UPSERT;
        boolean writes = changes || access.operation() == Operation.CREATE || access.operation() == Operation.DELETE;
        Folding[][] sides = sides(rule, serving, principal, access.resource(), request);
        RowPredicate[][] rows = rows(terms.where(), sides);
        return new Obligations(
                filter(terms.where(), rows),
                terms.fields(),
                changes ? terms.write() : WriteGuard.NoGuard.INSTANCE,
                writes ? check(terms.check(), sides, rows, changes, request) : WriteCheck.NoCheck.INSTANCE);
    }

    /**
     * Side by side one for each tuple that counts: what one binding gives never helps another along. A single one where no grant is
     * asked for.
     */
    private static Folding[][] sides(
            Rule rule, Serving serving, Principal principal, Resource resource, AccessRequest request) {
        Lookups lookups = request.lookups();
        if (!rule.terms().usesGrants()) {
            return new Folding[][] {{new Folding(principal, Map.of(), rule.pattern(), resource, lookups)}};
        }
        Folding[][] sides = new Folding[serving.sides().size()][];
        for (int i = 0; i < sides.length; i++) {
            List<Tuple> tuples = serving.sides().get(i);
            Folding[] side = new Folding[tuples.size()];
            int counting = 0;
            for (int k = 0; k < side.length; k++) {
                Tuple tuple = tuples.get(k);
                if (tuple.at(request)) {
                    side[counting++] = new Folding(principal, tuple.grants(), rule.pattern(), resource, lookups);
                }
            }
            sides[i] = counting == side.length ? side : Arrays.copyOf(side, counting);
        }
        return sides;
    }

    /** What each tuple of each side demands of a document. */
    private static RowPredicate[][] rows(Terms.@Nullable Where where, Folding[][] sides) {
        RowPredicate[][] rows = new RowPredicate[sides.length][];
        for (int i = 0; i < rows.length; i++) {
            RowPredicate[] side = new RowPredicate[sides[i].length];
            for (int k = 0; k < side.length; k++) {
                side[k] = where == null
                        ? RowPredicate.Const.TRUE
                        : where.condition().fold(sides[i][k]);
            }
            rows[i] = side;
        }
        return rows;
    }

    /** Of every side one tuple must reach a document. */
    private static RowFilter filter(Terms.@Nullable Where where, RowPredicate[][] sides) {
        RowPredicate all = RowPredicate.or(sides[0]);
        if (sides.length > 1) {
            Set<RowPredicate> demands = new LinkedHashSet<>();
            for (RowPredicate[] side : sides) {
                demands.add(RowPredicate.or(side));
            }
            all = RowPredicate.and(demands.toArray(RowPredicate[]::new));
        }
        // What is looked up decides about rows and nothing else: a request is carried out in one way whatever is found.
        return RowPredicate.Const.TRUE.equals(all) && (where == null || !where.looksUp())
                ? RowFilter.AllRows.INSTANCE
                : new RowFilter.Rows(all);
    }

    /**
     * What a write as a whole must meet: a check, and where it has a document before and after it, that one tuple of each side reaches
     * both.
     *
     * @param rows what each tuple of each side demands of a document
     * @param changes whether there is a document before and after
     */
    private static WriteCheck check(
            @Nullable Check check, Folding[][] sides, RowPredicate[][] rows, boolean changes, AccessRequest request) {
        List<WriteCheck.OneOf> each = new ArrayList<>(sides.length);
        for (int i = 0; i < sides.length; i++) {
            Set<WriteCheck.Terms> tuples = new LinkedHashSet<>();
            for (int k = 0; k < sides[i].length; k++) {
                tuples.add(new WriteCheck.Terms(rows[i][k], check == null ? null : sides[i][k].bind(check, request)));
            }
            boolean needless = check == null
                    && (!changes || tuples.size() <= 1 || Arrays.asList(rows[i]).contains(RowPredicate.Const.TRUE));
            if (!needless) {
                each.add(new WriteCheck.OneOf(List.copyOf(tuples)));
            }
        }
        return switch (each.size()) {
            case 0 -> WriteCheck.NoCheck.INSTANCE;
            case 1 -> each.get(0);
            default -> new WriteCheck.OneOfEach(each);
        };
    }

    private BoundCheck bind(Check check, AccessRequest request) {
        Map<Operand.Attribute, String> attributes = new EnumMap<>(Operand.Attribute.class);
        for (Operand.Attribute each : check.attributes()) {
            String value = attribute(each);
            if (value != null) {
                attributes.put(each, value);
            }
        }
        Map<String, PolicyValue> claims = new HashMap<>(principal.claims());
        claims.keySet().retainAll(check.claims());
        Map<String, List<PolicyValue>> given = new HashMap<>(grants);
        given.keySet().retainAll(check.grants());
        Map<String, String> variables = new HashMap<>();
        for (String name : check.variables()) {
            if (variable(name) instanceof Variable.Bound(var id)) {
                variables.put(name, id);
            }
        }
        Map<String, Map<String, PolicyValue>> found = new HashMap<>();
        Set<String> awaited = new LinkedHashSet<>();
        for (CheckLookup lookup : check.lookups()) {
            ResourcePath path = path(lookup.path());
            if (path != null && !lookups.hasRead(path)) {
                awaited.add(path.toString());
            } else if (path != null && lookups.isThere(path)) {
                found.put(lookup.name(), fields(path, lookup.fields()));
            }
        }
        return new BoundCheck(
                check,
                new CheckFacts(
                        attributes,
                        claims,
                        given,
                        variables,
                        found,
                        awaited,
                        request.now(),
                        request.database().resourceName() + "/documents"));
    }

    private Map<String, PolicyValue> fields(ResourcePath path, Set<String> names) {
        Map<String, PolicyValue> fields = new HashMap<>();
        for (String name : names) {
            PolicyValue value = lookups.value(path, new FieldPath(List.of(name)));
            if (value != null) {
                fields.put(name, value);
            }
        }
        return fields;
    }

    private @Nullable String attribute(Operand.Attribute attribute) {
        return switch (attribute) {
            case OID -> principal.oid().value();
            case TENANT -> principal.tenant().value();
            case APP -> principal.app().value();
            // Entra gives an agent identity one id, as an object and as an application.
            case AGENT ->
                principal.attributes().agent() == Principal.Agent.NONE
                        ? null
                        : principal.app().value();
        };
    }

    @Override
    public @Nullable PolicyValue caller(Operand.Attribute attribute) {
        String value = attribute(attribute);
        return value == null ? null : new PolicyValue.Text(value);
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
        for (LookupPath.Piece piece : lookup.path().pieces()) {
            if (piece instanceof LookupPath.Piece.Known(Operand.Variable(var name))
                    && !(variable(name) instanceof Variable.Bound)) {
                return new LookedUp.Open(name);
            }
        }
        ResourcePath path = path(lookup.path());
        if (path == null) {
            return LookedUp.Missing.INSTANCE;
        }
        if (!lookups.hasRead(path)) {
            return new LookedUp.Unread(path.toString());
        }
        PolicyValue value = lookups.value(path, lookup.field());
        return value == null ? LookedUp.Missing.INSTANCE : new LookedUp.Found(value);
    }

    /** Where a lookup leads; null when an id of it is missing, or none. */
    private @Nullable ResourcePath path(LookupPath written) {
        List<String> segments = new ArrayList<>(written.pieces().size());
        for (LookupPath.Piece piece : written.pieces()) {
            String id = id(piece);
            // What is no id is in no document's path: a slash in a claim leads nowhere.
            if (id == null || !ResourcePath.isLegalId(id)) {
                return null;
            }
            segments.add(id);
        }
        return new ResourcePath(segments);
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
