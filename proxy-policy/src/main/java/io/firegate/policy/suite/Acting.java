package io.firegate.policy.suite;

import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.Decision;
import io.firegate.policy.Lookups;
import io.firegate.policy.Obligations.RowFilter;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.Standing;
import io.firegate.policy.condition.DocumentView;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.suite.SuiteCase.Asked;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Does what a test says to the given documents, as the gateway would: decide, then rows and fields; writes are tried. */
final class Acting {
    private final PolicySnapshot snapshot;
    private final WriteTrial writes;
    private final Map<ResourcePath, PolicyValue.Fields> documents;
    private final SuiteCase test;
    private final Standing standing;

    Acting(
            PolicySnapshot snapshot,
            WriteTrial writes,
            Map<ResourcePath, PolicyValue.Fields> documents,
            SuiteCase test) {
        this.snapshot = snapshot;
        this.writes = writes;
        this.documents = documents;
        this.test = test;
        this.standing = snapshot.standing(test.principal());
    }

    Outcome act() {
        Access access = test.when().access();
        // What is looked up is what is given; another document is missing.
        AccessRequest request = test.request(access);
        return switch (access.operation()) {
            case CREATE, UPDATE, UPSERT, DELETE -> write(request);
            case GET, LIST, GROUP, COLLECTIONS ->
                switch (snapshot.decide(standing, request.with(lookups(snapshot, standing, request, documents)))
                        .onTerms()) {
                    case Decision.Deny deny -> Outcome.of(deny);
                    case Decision.Permit permit -> read(permit, permit.grants().get(0));
                };
        };
    }

    private Outcome write(AccessRequest request) {
        Asked asked = test.when();
        WriteTrial.Attempt attempt =
                new WriteTrial.Attempt(standing, request, asked.document(), asked.mask(), documents);
        return switch (writes.judge(attempt)) {
            case Decision.Deny deny -> Outcome.of(deny);
            case Decision.Permit permit ->
                new Outcome(permit, Set.of(), Set.of(), describe(permit.grants().get(0)), null);
        };
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
}
