package io.firegate.e2e.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** One run of a scenario one way, on an empty database. Used by one thread. */
final class Run {
    /** More given documents are written in several calls: the emulator takes 4 MiB a call. */
    private static final int WRITES_MAX = 400;

    private final Caller caller;
    private final Caller owner;
    private final Normalizer normalizer;
    private final Variables variables = new Variables();
    private final Map<String, FutureTask<Optional<Answer>>> background = new HashMap<>();
    private final String database;

    /**
     * A run.
     *
     * @param caller makes the calls of the scenario
     * @param owner writes what is given and reads what is left, straight
     */
    Run(Caller caller, Caller owner, String project, String database) {
        this.caller = caller;
        this.owner = owner;
        this.database = "projects/" + project + "/databases/" + database;
        this.normalizer = new Normalizer(project, database);
        variables.set("project", project);
        variables.set("database", database);
        variables.set("db", this.database);
        variables.set("docs", this.database + "/documents");
    }

    /** The normalised answers, one for each step; empty where the step has no form this way. */
    List<Optional<Answer>> steps(Scenario scenario) {
        given(scenario.given());
        List<Optional<Answer>> answers = new ArrayList<>();
        for (Step step : scenario.steps()) {
            Optional<Answer> answer = answer(step);
            if (answer.isPresent()) {
                List<JsonElement> messages = answer.get().messages();
                step.save().forEach((name, path) -> variables.save(name, messages, path));
            }
            answers.add(answer.map(normalizer::apply));
        }
        return answers;
    }

    /** Every document of the database, normalised, in the order that then is theirs: made ids are anywhere. */
    List<JsonElement> documents() {
        JsonObject from = new JsonObject();
        from.add("allDescendants", new JsonPrimitive(true));
        JsonArray all = new JsonArray();
        all.add(from);
        JsonObject query = new JsonObject();
        query.add("from", all);
        JsonObject request = new JsonObject();
        request.add("parent", new JsonPrimitive(database + "/documents"));
        request.add("structuredQuery", query);
        Answer answer = owner.call("RunQuery", request);
        if (!answer.status().equals("OK")) {
            throw new IllegalStateException(answer.brief());
        }
        return answer.messages().stream()
                .map(message -> message.getAsJsonObject().get("document"))
                .filter(Objects::nonNull)
                .map(normalizer::apply)
                .sorted(Comparator.comparing(JsonElement::toString))
                .toList();
    }

    private Optional<Answer> answer(Step step) {
        if (step.request() instanceof Step.Request.Finish finish) {
            return await(Objects.requireNonNull(background.remove(finish.label()), finish.label()));
        }
        if (step.background().isEmpty()) {
            return caller.call(step.request(), variables);
        }
        FutureTask<Optional<Answer>> task = new FutureTask<>(() -> caller.call(step.request(), variables));
        background.put(step.background(), task);
        Thread thread = new Thread(task, step.background());
        thread.setDaemon(true);
        thread.start();
        return Optional.empty();
    }

    private static Optional<Answer> await(FutureTask<Optional<Answer>> task) {
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void given(Map<?, ?> given) {
        JsonArray writes = new JsonArray();
        given.forEach((path, fields) -> {
            Map<?, ?> map = (Map<?, ?>) fields;
            int times = map.get("$repeat") instanceof Integer repeat ? repeat : 1;
            Object each = times == 1 ? map : map.get("each");
            for (int i = 0; i < times; i++) {
                variables.set("i", Integer.toString(i));
                variables.set("padded", String.format(java.util.Locale.ROOT, "%05d", i));
                writes.add(variables.json(
                        Map.of("update", Map.of("name", "${docs}/" + path, "fields", Map.of("$fields", each)))));
            }
        });
        for (int from = 0; from < writes.size(); from += WRITES_MAX) {
            JsonArray part = new JsonArray();
            for (int i = from; i < Math.min(writes.size(), from + WRITES_MAX); i++) {
                part.add(writes.get(i));
            }
            JsonObject request = new JsonObject();
            request.add("database", new JsonPrimitive(database));
            request.add("writes", part);
            Answer answer = owner.call("Commit", request);
            if (!answer.status().equals("OK")) {
                throw new IllegalStateException("given: " + answer.brief());
            }
        }
    }
}
