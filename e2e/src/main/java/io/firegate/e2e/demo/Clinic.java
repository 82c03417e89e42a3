package io.firegate.e2e.demo;

import io.firegate.e2e.Operation;
import io.firegate.e2e.OperationReader;
import io.firegate.e2e.YamlMap;
import io.firegate.fixtures.entra.Persona;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sample clinic: who works there and what is stored.
 *
 * @param project the Google Cloud project its database is in, by name only
 * @param database the database id
 * @param tenant the Entra tenant
 * @param audience {@code aud} of the tokens firegate takes
 * @param scope {@code scp} of a person's token
 * @param credentials the credentials its policy names
 * @param people who works there
 * @param documents one write per stored document
 */
record Clinic(
        String project,
        String database,
        String tenant,
        String audience,
        String scope,
        List<String> credentials,
        List<Person> people,
        List<Operation.Change> documents) {

    /**
     * Somebody.
     *
     * @param is what makes the difference, for the reader
     * @param tries commands worth trying in that person's name
     */
    record Person(Persona persona, String is, List<String> tries) {
        String name() {
            return persona.name();
        }
    }

    /** The one in {@code clinic.yaml}. */
    static Clinic load() {
        YamlMap map = YamlMap.of("clinic.yaml", OperationReader.load(Clinic.class, "clinic.yaml"));
        List<Person> people = new ArrayList<>();
        for (Object item : map.list("personas")) {
            YamlMap person = YamlMap.of("clinic.yaml.personas", item);
            people.add(new Person(
                    new Persona(
                            person.text("name"),
                            person.text("oid"),
                            person.texts("groups"),
                            person.texts("roles"),
                            Map.of()),
                    person.text("is"),
                    person.texts("try")));
            person.done();
        }
        List<Operation.Change> documents = new ArrayList<>();
        YamlMap stored = map.map("documents");
        for (Object path : stored.raw().keySet()) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            stored.map(String.valueOf(path)).raw().forEach((key, value) -> fields.put(String.valueOf(key), value));
            documents.add(new Operation.Put(String.valueOf(path), fields, false));
        }
        Clinic clinic = new Clinic(
                map.text("project"),
                map.text("database"),
                map.text("tenant"),
                map.text("audience"),
                map.text("scope"),
                map.texts("credentials"),
                List.copyOf(people),
                List.copyOf(documents));
        map.done();
        return clinic;
    }

    /** The full resource name of a document. */
    String documentName(String path) {
        return "projects/" + project + "/databases/" + database + "/documents/" + path;
    }

    Person person(String name) {
        return people.stream()
                .filter(person -> person.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no persona " + name));
    }
}
