package io.firegate.e2e.demo;

import io.firegate.config.Limits;
import io.firegate.e2e.Operation;
import io.firegate.fixtures.entra.Persona;
import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.Compilation;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.Guid;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicySnapshot;
import io.firegate.policy.Principal;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.yaml.Problems;
import io.firegate.reload.PolicyDirectory;
import io.firegate.reload.PolicySource;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells how the policy comes to a verdict, rule by rule with its place in the files: asks the policy itself, not the gateway. */
final class Explained implements Tour.Account {
    private final Clinic clinic;
    private final PolicySnapshot snapshot;

    private Explained(Clinic clinic, PolicySnapshot snapshot) {
        this.clinic = clinic;
        this.snapshot = snapshot;
    }

    /** The policy of a directory, as it is now. */
    static Explained of(Clinic clinic, Path policy) {
        return switch (new PolicyDirectory(policy, policy, Limits.DEFAULTS).read()) {
            case PolicySource.Reading.Files read ->
                switch (PolicyCompiler.compile(read.files(), Set.copyOf(clinic.credentials()))) {
                    case Compilation.Compiled compiled -> new Explained(clinic, compiled.snapshot());
                    case Compilation.Rejected rejected ->
                        throw new IllegalStateException(Problems.render(rejected.problems(), rejected.count()));
                };
            case PolicySource.Reading.Refused refused ->
                throw new IllegalStateException(
                        Problems.render(refused.problems(), refused.problems().size()));
        };
    }

    @Override
    public List<String> of(String persona, Operation operation) {
        Instant now = InstantSource.system().instant();
        AccessRequest request = new AccessRequest(
                new DatabaseName(clinic.project(), clinic.database()), List.of(access(operation)), null, now);
        return snapshot.explain(
                        snapshot.standing(principal(clinic.person(persona).persona(), now)), request)
                .lines();
    }

    private Principal principal(Persona persona, Instant now) {
        return new Principal(
                guid(clinic.tenant()),
                guid(persona.oid()),
                Principal.Kind.USER,
                guid(clinic.audience()),
                persona.groups().stream().map(Explained::guid).collect(Collectors.toSet()),
                Set.copyOf(persona.roles()),
                "",
                now);
    }

    private static Access access(Operation operation) {
        return switch (operation) {
            case Operation.Get get -> document(io.firegate.policy.Operation.GET, get.path());
            case Operation.Create create -> document(io.firegate.policy.Operation.CREATE, create.path());
            case Operation.Update update -> document(io.firegate.policy.Operation.UPDATE, update.path());
            case Operation.Delete delete -> document(io.firegate.policy.Operation.DELETE, delete.path());
            case Operation.Put put -> document(io.firegate.policy.Operation.UPSERT, put.path());
            case Operation.Query query -> query(query);
            case Operation.GetAll all -> throw new IllegalArgumentException("only calls with one access are explained");
            case Operation.Batch batch ->
                throw new IllegalArgumentException("only calls with one access are explained");
        };
    }

    private static Access query(Operation.Query query) {
        if (query.group()) {
            return Access.of(io.firegate.policy.Operation.GROUP, new Resource.Group(ResourcePath.ROOT, query.from()));
        }
        int slash = query.from().lastIndexOf('/');
        return Access.of(
                io.firegate.policy.Operation.LIST,
                new Resource.Collection(
                        path(query.from().substring(0, Math.max(slash, 0))),
                        query.from().substring(slash + 1)));
    }

    private static Access document(io.firegate.policy.Operation operation, String path) {
        return Access.of(operation, new Resource.Document(path(path)));
    }

    private static ResourcePath path(String text) {
        return ResourcePath.parse(text).orElseThrow(() -> new IllegalArgumentException("not a document: " + text));
    }

    private static Guid guid(String text) {
        return Guid.parse(text).orElseThrow(() -> new IllegalArgumentException("not a GUID: " + text));
    }
}
