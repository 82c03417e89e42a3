package io.firegate.e2e.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.CreateDocumentRequest;
import com.google.firestore.v1.Value;
import com.google.firestore.v1.Write;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.Message;
import io.firegate.e2e.conformance.Answer;
import io.firegate.e2e.conformance.Wire;
import io.firegate.e2e.differential.PlainPolicy.Op;
import io.firegate.e2e.differential.PlainPolicy.Person;
import io.firegate.e2e.differential.PlainPolicy.Rule;
import io.firegate.e2e.differential.PlainPolicy.Tier;
import io.firegate.e2e.differential.PlainPolicy.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random policies, and for each a person and two databases that differ in what this person may not see and in nothing else: whatever is
 * asked, both answer alike, word for word but for moments, handles and ids of decisions, and what may be seen afterwards is alike. Writes
 * are asked where no hidden row is, and of rows with hidden fields where no condition decides about the write. {@code -Dtwins.cases=N} asks
 * more, {@code -Dtwins.first=S} begins at another seed.
 */
class TwinWorldsTest {
    private static final int CASES_PER_WORLD = 40;

    /** Pairs that share a gateway. */
    private static final int WORLDS = 12;

    /** How often something is changed that may turn out to be seen, and then stays as it was. */
    private static final int CHANGES = 60;

    private static final int PAGES_MAX = 50;
    private static final int FAILURES_MAX = 5;

    private final Map<String, Integer> statuses = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();
    private int worlds;
    private int changed;
    private int skipped;

    @Test
    void answerAlike(@TempDir Path directory) throws Exception {
        int cases = Integer.getInteger("twins.cases", 240);
        long first = Long.getLong("twins.first", 1);
        long after = first + (cases + CASES_PER_WORLD - 1) / CASES_PER_WORLD;
        for (long from = first; from < after && failures.size() < FAILURES_MAX; from += WORLDS) {
            Map<String, PlainPolicy> policies = new LinkedHashMap<>();
            for (long seed = from; seed < Math.min(after, from + WORLDS); seed++) {
                PlainPolicy policy = new RandomPolicies(new Random(seed)).policy();
                policies.put("one-" + seed, policy);
                policies.put("two-" + seed, policy);
            }
            try (DifferentialTest.Bench bench =
                    new DifferentialTest.Bench(Files.createTempDirectory(directory, "bench"), policies)) {
                for (long seed = from; seed < Math.min(after, from + WORLDS); seed++) {
                    run(bench, seed, Objects.requireNonNull(policies.get("one-" + seed)));
                }
            }
        }
        assertThat(failures).isEmpty();
        System.out.println(cases + " cases, " + skipped + " of them not asked, " + changed + " documents differ in "
                + worlds + " pairs: " + statuses);
        // Pairs that are the same, or requests that are always refused, test nothing.
        assertThat(changed).isGreaterThan(worlds);
        assertThat(skipped).isLessThan(cases / 3);
        assertThat(statuses.entrySet().stream()
                        .filter(each -> each.getKey().contains(" OK"))
                        .mapToInt(Map.Entry::getValue)
                        .sum())
                .isGreaterThan(cases / 4);
    }

    private void run(DifferentialTest.Bench bench, long seed, PlainPolicy policy) {
        Random random = new Random(seed * 1_000_003);
        RandomPolicies draw = new RandomPolicies(random);
        RandomRequests requests = new RandomRequests(random);
        Person person = draw.one(policy.bindings()).person();
        Map<String, Map<String, Value>> one = World.documents(draw);
        Map<String, Map<String, Value>> other = hiddenChanged(draw, policy, person, one);
        List<World> pair = List.of(
                new World("one-" + seed, policy, one, bench.admin),
                new World("two-" + seed, policy, other, bench.admin));
        worlds++;
        changed += (int) RandomPolicies.DOCUMENTS.stream()
                .filter(path -> !Objects.equals(one.get(path), other.get(path)))
                .count();
        for (int i = 0; i < CASES_PER_WORLD; i++) {
            boolean rest = draw.chance(2);
            Message request = requests.request(false);
            if (!isCompared(policy, person, request, one, other)) {
                skipped++;
                continue;
            }
            List<String> told = new ArrayList<>();
            for (World world : pair) {
                told.add(ask(world, bench.wire(person), rest, request, person));
            }
            if (!told.get(0).equals(told.get(1))) {
                String failure =
                        "seed " + seed + ", case " + i + ", " + person + (rest ? " over REST\n" : " over gRPC\n")
                                + Messages.rpc(request) + " " + Messages.json(request, RandomRequests.DATABASE) + "\n"
                                + told.get(0) + "\n" + told.get(1) + "\n" + differences(one, other)
                                + policy.tiersYaml("one-" + seed, "");
                System.out.println(failure);
                failures.add(failure);
                return;
            }
        }
    }

    /** The same documents with changes that change nothing this person may see. */
    private static Map<String, Map<String, Value>> hiddenChanged(
            RandomPolicies draw, PlainPolicy policy, Person person, Map<String, Map<String, Value>> documents) {
        Map<String, Object> seen = seen(policy, person, documents);
        Map<String, Map<String, Value>> changed = documents;
        for (int i = 0; i < CHANGES; i++) {
            Map<String, Map<String, Value>> next = new LinkedHashMap<>(changed);
            String path = draw.one(RandomPolicies.DOCUMENTS);
            Map<String, Value> fields = next.get(path);
            if (fields == null || draw.chance(6)) {
                next.put(path, draw.document());
            } else if (draw.chance(4)) {
                next.remove(path);
            } else {
                String field = draw.one(RandomPolicies.FIELDS).get(0);
                Map<String, Value> others = new LinkedHashMap<>(fields);
                Value value = draw.document().get(field);
                if (value == null) {
                    others.remove(field);
                } else {
                    others.put(field, value);
                }
                next.put(path, others);
            }
            if (seen(policy, person, next).equals(seen)) {
                changed = next;
            }
        }
        return changed;
    }

    /** Everything a person may see in any way: documents by get, by list and by group query in each tier, and ids of collections. */
    private static Map<String, Object> seen(
            PlainPolicy policy, Person person, Map<String, Map<String, Value>> documents) {
        Map<String, Object> seen = new TreeMap<>();
        documents.forEach((name, fields) -> {
            List<String> path = List.of(name.split("/"));
            if (policy.document(person, Op.GET, path) instanceof Verdict.Permitted(var tier, var rule)) {
                shown(policy, person, tier, rule, path, fields).ifPresent(shown -> seen.put("get " + name, shown));
            }
            for (Tier tier : policy.held(person)) {
                for (Op op : List.of(Op.LIST, Op.GROUP)) {
                    PlainPolicy.decides(tier, op, path)
                            .filter(rule -> !PlainPolicy.denied(path))
                            .flatMap(rule -> shown(policy, person, tier, rule, path, fields))
                            .ifPresent(shown -> seen.put(tier.name() + " " + op + " " + name, shown));
                }
                for (int at = 0; at < path.size(); at += 2) {
                    List<String> parent = path.subList(0, at);
                    if (PlainPolicy.open(tier, parent, path.get(at))) {
                        seen.put(tier.name() + " collections " + String.join("/", path.subList(0, at + 1)), true);
                    }
                }
            }
        });
        return seen;
    }

    private static Optional<Map<String, Value>> shown(
            PlainPolicy policy, Person person, Tier tier, Rule rule, List<String> path, Map<String, Value> fields) {
        return policy.holds(person, tier, rule, path, List.of(Optional.of(fields)))
                ? Optional.of(rule.fields().visible(fields))
                : Optional.empty();
    }

    /** Whether it is a read, or writes only where both are the same, or what is seen of both and may be written whatever is hidden in it. */
    private static boolean isCompared(
            PlainPolicy policy,
            Person person,
            Message request,
            Map<String, Map<String, Value>> one,
            Map<String, Map<String, Value>> other) {
        for (Write write : Trial.writesOf(request).orElse(List.of())) {
            String name = PlainWrites.path(write);
            List<String> path = List.of(name.split("/"));
            if (!Objects.equals(one.get(name), other.get(name))) {
                boolean row = seen(policy, person, one).containsKey("get " + name)
                        && one.containsKey(name)
                        && other.containsKey(name);
                boolean unconditional = List.of(Op.UPDATE, Op.DELETE).stream()
                        .allMatch(op ->
                                !(policy.document(person, op, path) instanceof Verdict.Permitted(var tier, var rule))
                                        || rule.where().isEmpty());
                if (!row || !unconditional) {
                    return false;
                }
            }
        }
        return true;
    }

    /** What is answered, all pages of it, and what may be seen after a write; without what differs between any two databases. */
    private String ask(World world, Wire wire, boolean rest, Message drawn, Person person) {
        boolean writes = Trial.writesOf(drawn).isPresent();
        Message request = writes ? Trial.timed(drawn, world.stored()) : drawn;
        JsonObject json = Messages.json(request, world.admin.database());
        StringBuilder told = new StringBuilder();
        for (int page = 0; page < PAGES_MAX; page++) {
            Answer answer = wire.call(rest, Messages.rpc(request), json);
            statuses.merge(Messages.rpc(request) + " " + answer.status() + " " + answer.reason(), 1, Integer::sum);
            told.append(answer.brief()).append('\n');
            Optional<JsonElement> next = answer.messages().stream()
                    .filter(JsonElement::isJsonObject)
                    .map(message -> message.getAsJsonObject().get("nextPageToken"))
                    .filter(Objects::nonNull)
                    .findFirst();
            if (next.isEmpty() || next.get().getAsString().isEmpty()) {
                break;
            }
            json.add("pageToken", next.get());
        }
        if (writes) {
            told.append(
                    seen(world.policy, person, Trial.named(request, world.stored(), World.fields(world.snapshot()))));
            world.restore();
        }
        String text = told.toString()
                .replace(world.id, "DB")
                .replaceAll("\\s+", " ")
                .replaceAll("version \\(\\d+\\)", "version MOMENT")
                .replaceAll("\"\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z\"", "MOMENT")
                .replaceAll("\"decision\":\\s*\"[^\"]+\"", "DECISION")
                .replaceAll("\"nextPageToken\":\\s*\"[^\"]+\"", "HANDLE");
        return request instanceof CreateDocumentRequest create
                        && create.getDocumentId().isEmpty()
                ? text.replaceAll("/" + create.getCollectionId() + "/[A-Za-z0-9]{20}", "/NEW")
                : text;
    }

    private static String differences(Map<String, Map<String, Value>> one, Map<String, Map<String, Value>> other) {
        StringBuilder all = new StringBuilder();
        for (String path : RandomPolicies.DOCUMENTS) {
            if (!Objects.equals(one.get(path), other.get(path))) {
                all.append(path)
                        .append(": ")
                        .append(one.get(path))
                        .append(" and ")
                        .append(other.get(path))
                        .append('\n');
            }
        }
        return all.toString();
    }
}
