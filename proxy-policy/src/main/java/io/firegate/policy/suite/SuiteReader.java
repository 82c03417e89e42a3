package io.firegate.policy.suite;

import io.firegate.policy.Access;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.IpAddress;
import io.firegate.policy.Operation;
import io.firegate.policy.Principal;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.ResourceText;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.suite.SuiteCase.Asked;
import io.firegate.policy.yaml.Nearest;
import io.firegate.policy.yaml.Position;
import io.firegate.policy.yaml.Problems;
import io.firegate.policy.yaml.YamlFile;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a suite: given documents and principals, when somebody does something, then this comes of it. */
public final class SuiteReader {
    /** What is done, by the word for it: {@code set} does not say whether there is a document. */
    static final Map<String, Operation> ACTIONS = actions();

    /** Every token of a suite is good for so long after its {@code now}. */
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);

    private final Map<ResourcePath, PolicyValue.Fields> documents = new LinkedHashMap<>();
    private final Map<String, Principal> principals = new LinkedHashMap<>();
    private final Map<String, Position> names = new HashMap<>();
    private final List<SuiteCase> cases = new ArrayList<>();

    private SuiteReader() {}

    private static Map<String, Operation> actions() {
        Map<String, Operation> actions = new LinkedHashMap<>();
        actions.put("get", Operation.GET);
        actions.put("list", Operation.LIST);
        actions.put("group", Operation.GROUP);
        actions.put("collections", Operation.COLLECTIONS);
        actions.put("create", Operation.CREATE);
        actions.put("update", Operation.UPDATE);
        actions.put("set", Operation.UPSERT);
        actions.put("delete", Operation.DELETE);
        return actions;
    }

    /**
     * Reads a file's bytes.
     *
     * @param file its name as the operator knows it
     * @return the suite, or empty when something in it is wrong; then {@code problems} says what
     */
    public static Optional<Suite> read(String file, byte[] utf8, Problems problems) {
        Problems own = new Problems();
        SuiteReader reader = new SuiteReader();
        YamlFile.parse(file, utf8, own).ifPresent(reader::readRoot);
        own.errors().forEach(problems::add);
        own.warnings().forEach(problems::add);
        return own.hasErrors()
                ? Optional.empty()
                : Optional.of(new Suite(file, reader.documents, reader.principals, reader.cases));
    }

    private void readRoot(YamlMapping root) {
        YamlNode version = root.required("version");
        if (version != null) {
            version.asInteger(1, 1);
        }
        YamlNode nowNode = root.required("now");
        Instant now = nowNode == null ? null : nowNode.asInstant();
        YamlNode databaseNode = root.required("database");
        DatabaseName database = databaseNode == null ? null : database(databaseNode);
        GivenValues values = new GivenValues(database);
        YamlMapping given = root.optionalMapping("documents");
        if (given != null) {
            given.entries().forEach(entry -> readDocument(entry, values));
        }
        PrincipalReader reader = new PrincipalReader(values, now == null ? Instant.MAX : now.plus(TOKEN_LIFE));
        YamlMapping people = root.optionalMapping("principals");
        if (people != null) {
            for (YamlMapping.Entry entry : people.entries()) {
                YamlMapping person = entry.value().asMapping();
                if (person != null) {
                    principals.put(entry.name(), reader.read(person));
                }
            }
        }
        var tests = root.requiredSequence("tests");
        if (tests != null) {
            if (tests.size() == 0) {
                tests.problem("`tests` is empty: the suite shows nothing");
            }
            for (YamlNode node : tests) {
                YamlMapping test = node.asMapping();
                if (test != null) {
                    readCase(test, now, database, values, reader);
                }
            }
        }
        root.noOtherKeys();
    }

    private void readDocument(YamlMapping.Entry entry, GivenValues values) {
        Optional<Resource> resource = resource(entry.key(), Operation.GET);
        YamlMapping fields = entry.value().asMapping();
        if (resource.isPresent() && fields != null && resource.get() instanceof Resource.Document(var path)) {
            documents.put(path, values.fields(fields));
        }
    }

    private static Optional<Resource> resource(YamlScalar node, Operation operation) {
        Optional<Resource> read = ResourceText.read(operation, node.text());
        if (read.isEmpty()) {
            node.problem("`" + node.text() + "` is no path for this", "write " + ResourceText.form(operation));
        }
        return read;
    }

    private static @Nullable DatabaseName database(YamlNode node) {
        String text = node.asString();
        if (text == null) {
            return null;
        }
        Optional<DatabaseName> database = DatabaseName.parse(text);
        if (database.isEmpty()) {
            node.problem("`" + text + "` is not a database", "write project/database, such as my-project/(default)");
        }
        return database.orElse(null);
    }

    private void readCase(
            YamlMapping test,
            @Nullable Instant suiteNow,
            @Nullable DatabaseName suiteDatabase,
            GivenValues values,
            PrincipalReader reader) {
        String name = test.requiredString("name");
        if (name != null) {
            Position first = names.putIfAbsent(name, test.position());
            if (first != null) {
                test.problem("the test `" + name + "` stands already at " + first);
            }
        }
        Principal principal = principal(test, reader);
        YamlNode databaseNode = test.optional("database");
        DatabaseName database = databaseNode == null ? suiteDatabase : database(databaseNode);
        YamlNode nowNode = test.optional("now");
        Instant now = nowNode == null ? suiteNow : nowNode.asInstant();
        String tier = test.optionalString("tier");
        IpAddress address = address(test);
        boolean history = test.optionalBoolean("history", false);
        YamlMapping when = test.requiredMapping("when");
        Asked asked = when == null ? null : asked(when, history, values);
        YamlNode then = test.required("then");
        SuiteCase.Expected expected = then == null ? null : new ExpectedReader(values, documents).read(then, asked);
        test.noOtherKeys();
        if (name != null && principal != null && database != null && now != null && asked != null && expected != null) {
            cases.add(new SuiteCase(test.position(), name, principal, database, tier, now, address, asked, expected));
        }
    }

    private static @Nullable IpAddress address(YamlMapping test) {
        String text = test.optionalString("address");
        IpAddress address = text == null ? null : IpAddress.parse(text).orElse(null);
        if (text != null && address == null && test.optional("address") instanceof YamlScalar scalar) {
            scalar.problem("`" + text + "` is not an IP address");
        }
        return address;
    }

    private @Nullable Principal principal(YamlMapping test, PrincipalReader reader) {
        YamlNode as = test.required("as");
        if (as instanceof YamlMapping mapping) {
            return reader.read(mapping);
        }
        String name = as == null ? null : as.asString();
        Principal principal = name == null ? null : principals.get(name);
        if (as != null && name != null && principal == null) {
            String message = "there is no principal `" + name + "`";
            Nearest.to(name, principals.keySet())
                    .ifPresentOrElse(
                            near -> as.problem(message + "; did you mean `" + near + "`?"),
                            () -> as.problem(message, "add it under `principals`"));
        }
        return principal;
    }

    private @Nullable Asked asked(YamlMapping when, boolean history, GivenValues values) {
        String action = null;
        for (String word : ACTIONS.keySet()) {
            YamlMapping.Entry entry = when.entry(word);
            if (entry != null && action != null) {
                entry.key()
                        .problem("`" + word + "` beside `" + action + "`: a test does one thing", "make it two tests");
            } else if (entry != null) {
                action = word;
            }
        }
        Operation operation = action == null ? null : ACTIONS.get(action);
        if (action == null || operation == null) {
            when.noOtherKeys();
            when.problem("`when` does nothing", "add one of " + String.join(", ", ACTIONS.keySet()));
            return null;
        }
        PolicyValue.Fields document = null;
        List<FieldPath> mask = null;
        if (operation == Operation.CREATE || operation == Operation.UPDATE || operation == Operation.UPSERT) {
            YamlMapping written = when.requiredMapping("document");
            document = written == null ? null : values.fields(written);
            if (operation != Operation.CREATE && when.entry("mask") != null) {
                mask = mask(when);
            }
        }
        when.noOtherKeys();
        if (!(when.optional(action) instanceof YamlScalar path) || path.asString() == null) {
            when.problem("`" + action + "` names " + ResourceText.form(operation));
            return null;
        }
        Optional<Resource> resource = resource(path, operation);
        if (resource.isEmpty()) {
            return null;
        }
        if (operation == Operation.CREATE
                && resource.get() instanceof Resource.Document(var created)
                && documents.containsKey(created)) {
            path.problem("`" + created + "` is given, so nobody can create it", "create another, or update this one");
        }
        return new Asked(new Access(operation, resource.get(), history), document, mask);
    }

    private static List<FieldPath> mask(YamlMapping when) {
        List<FieldPath> mask = new ArrayList<>();
        for (YamlScalar node : when.optionalStrings("mask")) {
            FieldPath.parse(node.text())
                    .ifPresentOrElse(mask::add, () -> node.problem("`" + node.text() + "` is no field"));
        }
        return mask;
    }
}
