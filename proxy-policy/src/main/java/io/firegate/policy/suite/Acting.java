package io.firegate.policy.suite;

import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Lookups;
import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.Operation;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.Standing;
import io.firegate.policy.check.Image;
import io.firegate.policy.condition.DocumentView;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.suite.SuiteCase.Asked;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Does what a test says to the given documents, as the gateway would: decide, then rows, fields and guards. */
final class Acting {
    private final PolicySnapshot snapshot;
    private final Map<ResourcePath, PolicyValue.Fields> documents;
    private final SuiteCase test;
    private final Standing standing;

    Acting(PolicySnapshot snapshot, Map<ResourcePath, PolicyValue.Fields> documents, SuiteCase test) {
        this.snapshot = snapshot;
        this.documents = documents;
        this.test = test;
        this.standing = snapshot.standing(test.principal());
    }

    Outcome act() {
        Decision.Settled decision = decide();
        return switch (decision) {
            case Decision.Deny deny -> Outcome.of(deny);
            case Decision.Permit permit -> {
                Decision.Grant grant = permit.grants().get(0);
                yield switch (grant.access().operation()) {
                    case GET, LIST, GROUP -> read(permit, grant);
                    case COLLECTIONS -> new Outcome(permit, Set.of(), Set.of(), describe(grant), null);
                    case CREATE, UPDATE, UPSERT, DELETE -> write(permit, grant);
                };
            }
        };
    }

    /** For what does not say whether there is a document, the one that is given or not tells. */
    private Decision.Settled decide() {
        Access access = test.when().access();
        Decision.Settled whole = decide(access);
        boolean open = whole instanceof Decision.Deny deny
                && (deny.reason() == DenyReason.NO_RULE || deny.reason() == DenyReason.UNENFORCEABLE);
        if (access.operation() != Operation.UPSERT || !open) {
            return whole;
        }
        Decision.Settled create = as(Operation.CREATE, access);
        Decision.Settled update = as(Operation.UPDATE, access);
        if (create instanceof Decision.Deny && update instanceof Decision.Deny) {
            return whole;
        }
        if (create instanceof Decision.Permit(var first, var grants)
                && update instanceof Decision.Permit(var second, var others)
                && !first.equals(second)) {
            Decision.Grant grant = others.get(0);
            return new Decision.Deny(DenyReason.MIXED_CREDENTIALS, grant.access(), grant.tier(), grant.rule());
        }
        Decision.Settled one = stored() == null ? create : update;
        return one instanceof Decision.Permit ? one : new Decision.Deny(DenyReason.ROWS, access, null, null);
    }

    private Decision.Settled as(Operation operation, Access access) {
        return decide(new Access(operation, access.resource(), access.history()));
    }

    /** What is looked up is what is given; another document is missing. */
    private Decision.Settled decide(Access access) {
        AccessRequest request = test.request(access);
        return snapshot.decide(standing, request.with(lookups(snapshot, standing, request, documents)))
                .onTerms();
    }

    /** The given documents a request needs. */
    static Lookups lookups(
            PolicySnapshot snapshot,
            Standing standing,
            AccessRequest request,
            Map<ResourcePath, PolicyValue.Fields> documents) {
        if (!(snapshot.decide(standing, request) instanceof Decision.Needs(var permit, var needed))) {
            return Lookups.NONE;
        }
        Map<ResourcePath, Optional<DocumentView>> read = new HashMap<>();
        for (ResourcePath path : needed) {
            read.put(path, Optional.ofNullable(documents.get(path)).map(fields -> new GivenDocument(path, fields)));
        }
        return Lookups.of(read);
    }

    // Reads

    private Outcome read(Decision.Permit permit, Decision.Grant grant) {
        Set<ResourcePath> visible = new LinkedHashSet<>();
        Set<ResourcePath> withheld = new LinkedHashSet<>();
        PolicyValue.Fields fields = null;
        Resource resource = grant.access().resource();
        for (Map.Entry<ResourcePath, PolicyValue.Fields> document : documents.entrySet()) {
            if (reaches(resource, document.getKey())) {
                if (reaches(grant, document.getKey(), document.getValue())) {
                    visible.add(document.getKey());
                    if (resource instanceof Resource.Document) {
                        fields = FieldEdit.shown(
                                document.getValue(), grant.obligations().fields());
                    }
                } else {
                    withheld.add(document.getKey());
                }
            }
        }
        return new Outcome(permit, visible, withheld, describe(grant), fields);
    }

    private static boolean reaches(Resource resource, ResourcePath path) {
        List<String> segments = path.segments();
        int collection = segments.size() - 2;
        return switch (resource) {
            case Resource.Document document -> document.path().equals(path);
            case Resource.Collection(var parent, var id) ->
                collection == parent.segments().size()
                        && segments.subList(0, collection).equals(parent.segments())
                        && (id.isEmpty() || segments.get(collection).equals(id));
            case Resource.Group(var parent, var id) ->
                collection >= parent.segments().size()
                        && segments.subList(0, parent.segments().size()).equals(parent.segments())
                        && (id.isEmpty() || segments.get(collection).equals(id));
            case Resource.CollectionIds ids -> false;
        };
    }

    private static boolean reaches(Decision.Grant grant, ResourcePath path, PolicyValue.Fields fields) {
        return switch (grant.obligations().rows()) {
            case RowFilter.AllRows.INSTANCE -> true;
            case RowFilter.Rows(var predicate) -> predicate.permits(new GivenDocument(path, fields));
        };
    }

    private static String describe(Decision.Grant grant) {
        return switch (grant.obligations().rows()) {
            case RowFilter.AllRows.INSTANCE -> "every document";
            case RowFilter.Rows(var predicate) -> predicate.describe();
        };
    }

    // Writes

    private PolicyValue.@Nullable Fields stored() {
        return test.when().access().resource() instanceof Resource.Document(var path) ? documents.get(path) : null;
    }

    private Outcome write(Decision.Permit permit, Decision.Grant grant) {
        PolicyValue.Fields before = stored();
        Asked asked = test.when();
        PolicyValue.Fields written = asked.document();
        FieldMask fields = grant.obligations().fields();
        if (written != null && namesHidden(fields, written, asked.mask())) {
            return denied(grant, DenyReason.HIDDEN_FIELD);
        }
        PolicyValue.Fields after = null;
        if (written != null) {
            after = before == null
                    ? written
                    : keepingReadonly(
                            grant.obligations().write(),
                            before,
                            written,
                            asked.mask(),
                            keepingHidden(fields, before, written, asked.mask()));
        }
        if (asked.access().resource() instanceof Resource.Document(var path)) {
            Operation operation = grant.access().operation();
            boolean asksForStored = operation == Operation.UPDATE || operation == Operation.DELETE;
            boolean limited = !(grant.obligations().rows() instanceof RowFilter.AllRows);
            // What is missing is answered as what is hidden is.
            if (before == null ? asksForStored && limited : !reaches(grant, path, before)) {
                return denied(grant, DenyReason.ROWS);
            }
            if (before != null && after != null && changes(grant.obligations().write(), before, after)) {
                return denied(grant, DenyReason.READONLY);
            }
            if (after != null && !reaches(grant, path, after)) {
                return denied(grant, DenyReason.ROWS);
            }
            DenyReason unmet = grant.obligations().check().refuses(image(path, before), image(path, after));
            if (unmet != null) {
                return denied(grant, unmet);
            }
        }
        return new Outcome(permit, Set.of(), Set.of(), describe(grant), null);
    }

    private static @Nullable Image image(ResourcePath path, PolicyValue.@Nullable Fields fields) {
        return fields == null ? null : new Image(new GivenDocument(path, fields).id(), fields, Set.of());
    }

    private static Outcome denied(Decision.Grant grant, DenyReason reason) {
        return Outcome.of(new Decision.Deny(reason, grant.access(), grant.tier(), grant.rule()));
    }

    /** Whether a write names a field its writer does not see, or puts what has no fields above one. */
    private static boolean namesHidden(FieldMask mask, PolicyValue.Fields written, @Nullable List<FieldPath> named) {
        if (named == null) {
            return namesHidden(mask, List.of(), written);
        }
        for (FieldPath path : named) {
            PolicyValue value = FieldEdit.at(written, path);
            if (Seen.of(mask, path) == Seen.NOT || (value != null && namesHidden(mask, path.segments(), value))) {
                return true;
            }
        }
        return false;
    }

    private static boolean namesHidden(FieldMask mask, List<String> at, PolicyValue value) {
        return switch (at.isEmpty() ? Seen.PARTLY : Seen.of(mask, new FieldPath(at))) {
            case WHOLLY -> false;
            case NOT -> true;
            case PARTLY -> {
                if (!(value instanceof PolicyValue.Fields map)) {
                    yield true;
                }
                for (Map.Entry<String, PolicyValue> entry : map.entries().entrySet()) {
                    List<String> below = new ArrayList<>(at);
                    below.add(entry.getKey());
                    if (namesHidden(mask, below, entry.getValue())) {
                        yield true;
                    }
                }
                yield false;
            }
        };
    }

    /** How much of a field a mask lets be seen. */
    private enum Seen {
        WHOLLY,
        PARTLY,
        NOT;

        static Seen of(FieldMask mask, FieldPath path) {
            return switch (mask) {
                case FieldMask.AllFields.INSTANCE -> WHOLLY;
                case FieldMask.Hidden(var hidden) ->
                    hidden.stream().anyMatch(other -> other.holds(path))
                            ? NOT
                            : hidden.stream().anyMatch(path::holds) ? PARTLY : WHOLLY;
                case FieldMask.Shown(var shown) ->
                    shown.stream().anyMatch(other -> other.holds(path))
                            ? WHOLLY
                            : shown.stream().anyMatch(path::holds) ? PARTLY : NOT;
            };
        }
    }

    /** The document an update leaves: what is hidden from its writer stays as it is. */
    private static PolicyValue.Fields keepingHidden(
            FieldMask mask, PolicyValue.Fields before, PolicyValue.Fields written, @Nullable List<FieldPath> named) {
        PolicyValue.Fields after = FieldEdit.updated(before, written, named);
        return switch (mask) {
            case FieldMask.AllFields.INSTANCE -> after;
            case FieldMask.Hidden(var hidden) -> {
                PolicyValue.Fields whole = after;
                for (FieldPath path : hidden) {
                    PolicyValue kept = FieldEdit.at(before, path);
                    if (kept != null) {
                        whole = FieldEdit.put(whole, path.segments(), kept);
                    }
                }
                yield whole;
            }
            case FieldMask.Shown(var shown) -> {
                PolicyValue.Fields whole = before;
                for (FieldPath path : shown) {
                    whole = FieldEdit.put(whole, path.segments(), FieldEdit.at(after, path));
                }
                yield whole;
            }
        };
    }

    /** A field that may not be changed is kept by an update that does not name it. */
    private static PolicyValue.Fields keepingReadonly(
            WriteGuard guard,
            PolicyValue.Fields before,
            PolicyValue.Fields written,
            @Nullable List<FieldPath> named,
            PolicyValue.Fields after) {
        return switch (guard) {
            case WriteGuard.NoGuard.INSTANCE -> after;
            case WriteGuard.Readonly(var paths) -> {
                PolicyValue.Fields whole = after;
                for (FieldPath path : paths) {
                    boolean inMask = named != null && named.stream().anyMatch(path::holds);
                    PolicyValue kept = FieldEdit.at(before, path);
                    if (kept != null && !inMask && FieldEdit.at(written, path) == null) {
                        whole = FieldEdit.put(whole, path.segments(), kept);
                    }
                }
                yield whole;
            }
        };
    }

    private static boolean changes(WriteGuard guard, PolicyValue.Fields before, PolicyValue.Fields after) {
        return switch (guard) {
            case WriteGuard.NoGuard.INSTANCE -> false;
            case WriteGuard.Readonly(var paths) ->
                paths.stream().anyMatch(path -> !Objects.equals(FieldEdit.at(before, path), FieldEdit.at(after, path)));
        };
    }
}
