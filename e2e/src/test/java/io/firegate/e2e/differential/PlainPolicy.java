package io.firegate.e2e.differential;

import com.google.firestore.v1.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A policy of one database, and who may do what by it, found by looking at every rule for every path there could be. */
record PlainPolicy(List<Tier> tiers, List<Binding> bindings) {
    enum Op {
        GET,
        LIST,
        GROUP,
        CREATE,
        UPDATE,
        DELETE,
        COLLECTIONS;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Somebody who calls. */
    enum Person {
        OWNER(1),
        READER(2),
        WRITER(3);

        private final int number;

        Person(int number) {
            this.number = number;
        }

        String persona() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        String oid() {
            return "5b1f0a52-0000-4000-8000-00000000000" + number;
        }

        String group() {
            return "5b1f0a52-0000-4000-8000-0000000000e" + number;
        }
    }

    record Tier(String name, List<Rule> rules) {}

    record Rule(String id, List<String> path, List<Op> allow, Optional<PlainCondition> where, PlainFields fields) {
        /** Whether it names this document, and does not match it by a variable or from above. */
        boolean names(List<String> document) {
            boolean below = !path.isEmpty() && path.get(path.size() - 1).equals("{x=**}");
            List<String> own = below ? path.subList(0, path.size() - 1) : path;
            return !own.isEmpty()
                    && !own.get(own.size() - 1).startsWith("{")
                    && (!below || own.size() == document.size());
        }

        boolean sameTerms(Rule other) {
            return where.map(PlainCondition::text).equals(other.where.map(PlainCondition::text))
                    && fields.shows() == other.fields.shows()
                    && fields.paths().equals(other.fields.paths());
        }

        boolean limited() {
            return where.isPresent() || fields.masked();
        }
    }

    record Binding(String tier, Person person, Map<String, List<Value>> grant) {}

    /** What is hidden from everybody, in every database. */
    static final List<List<String>> DENIED = List.of(List.of("x", "{d}"), List.of("c", "{p}", "x", "a"));

    private static final List<String> COLLECTIONS = List.of("c", "d", "e", "x", "other");
    private static final List<String> DOCUMENTS = List.of("a", "b", "other");

    /** What a request may do. */
    sealed interface Verdict {
        record Permitted(Tier tier, Rule rule) implements Verdict {}

        record Refused(String reason) implements Verdict {}
    }

    /** How specifically each segment of a path is matched by a pattern, 3 a literal, 2 one id, 1 any; empty for no match. */
    static Optional<List<Integer>> match(List<String> pattern, List<String> path) {
        int rest = pattern.indexOf("{x=**}");
        if (rest < 0) {
            return pattern.size() == path.size() ? fixed(pattern, path) : Optional.empty();
        }
        List<String> before = pattern.subList(0, rest);
        List<String> after = pattern.subList(rest + 1, pattern.size());
        int any = path.size() - before.size() - after.size();
        if (any < 0 || any % 2 != 0) {
            return Optional.empty();
        }
        Optional<List<Integer>> first = fixed(before, path.subList(0, before.size()));
        Optional<List<Integer>> last = fixed(after, path.subList(before.size() + any, path.size()));
        if (first.isEmpty() || last.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> all = new ArrayList<>(first.get());
        for (int i = 0; i < any; i++) {
            all.add(1);
        }
        all.addAll(last.get());
        return Optional.of(all);
    }

    private static Optional<List<Integer>> fixed(List<String> pattern, List<String> path) {
        List<Integer> matched = new ArrayList<>();
        for (int i = 0; i < path.size(); i++) {
            boolean variable = pattern.get(i).startsWith("{");
            if (!variable && !pattern.get(i).equals(path.get(i))) {
                return Optional.empty();
            }
            matched.add(variable ? 2 : 3);
        }
        return Optional.of(matched);
    }

    private static boolean moreSpecific(Rule one, Rule other, List<String> path) {
        List<Integer> a = match(one.path(), path).orElseThrow();
        List<Integer> b = match(other.path(), path).orElseThrow();
        for (int i = 0; i < a.size(); i++) {
            if (!a.get(i).equals(b.get(i))) {
                return a.get(i) > b.get(i);
            }
        }
        return !one.path().contains("{x=**}");
    }

    /** The rule of a tier that decides. */
    static Optional<Rule> decides(Tier tier, Op op, List<String> path) {
        Rule best = null;
        for (Rule rule : tier.rules()) {
            if (rule.allow().contains(op)
                    && match(rule.path(), path).isPresent()
                    && (best == null || moreSpecific(rule, best, path))) {
                best = rule;
            }
        }
        return Optional.ofNullable(best);
    }

    List<Tier> held(Person person) {
        return tiers.stream()
                .filter(tier ->
                        bindings.stream().anyMatch(each -> each.tier().equals(tier.name()) && each.person() == person))
                .toList();
    }

    static boolean denied(List<String> path) {
        return DENIED.stream().anyMatch(pattern -> match(pattern, path).isPresent());
    }

    /** What one document, or one list of collections, is judged by. */
    Verdict document(Person person, Op op, List<String> path) {
        if (denied(path)) {
            return new Verdict.Refused("denied path");
        }
        for (Tier tier : held(person)) {
            Optional<Rule> rule = decides(tier, op, path);
            if (rule.isPresent()) {
                return new Verdict.Permitted(tier, rule.get());
            }
        }
        return new Verdict.Refused("no rule");
    }

    /** Every path a query could return, in kind: ids of policies, and one that stands for all others. */
    static List<List<String>> reach(List<String> parent, String collection, boolean deep) {
        List<List<String>> found = new ArrayList<>();
        List<List<String>> level = List.of(parent);
        for (int depth = 0; depth < (deep ? 3 : 1); depth++) {
            List<List<String>> next = new ArrayList<>();
            for (List<String> at : level) {
                for (String name : COLLECTIONS) {
                    for (String id : DOCUMENTS) {
                        next.add(PlainFields.below(PlainFields.below(at, name), id));
                    }
                }
            }
            level = next;
            level.stream()
                    .filter(path ->
                            collection.isEmpty() || path.get(path.size() - 2).equals(collection))
                    .forEach(found::add);
        }
        return found;
    }

    /** What a query is judged by: everything it could return must come under equal terms. */
    Verdict query(Person person, List<String> parent, String collection, boolean deep) {
        Op op = deep ? Op.GROUP : Op.LIST;
        List<List<String>> reach = reach(parent, collection, deep);
        if (anyDenied(reach)) {
            return new Verdict.Refused("denied path");
        }
        for (Tier tier : held(person)) {
            List<Optional<Rule>> rules =
                    reach.stream().map(path -> decides(tier, op, path)).toList();
            Optional<Rule> some = rules.stream().flatMap(Optional::stream).findFirst();
            if (some.isEmpty()) {
                continue;
            }
            if (rules.stream().anyMatch(each -> each.isEmpty() || !each.get().sameTerms(some.get()))) {
                return new Verdict.Refused("not covered");
            }
            for (List<String> path : reach) {
                Optional<Rule> get = decides(tier, Op.GET, path).filter(rule -> rule.names(path) && rule.limited());
                if (get.isPresent() && !get.get().sameTerms(some.get())) {
                    return new Verdict.Refused("narrowed by a rule for one document");
                }
            }
            return new Verdict.Permitted(tier, some.get());
        }
        return new Verdict.Refused("no rule");
    }

    /** Whether something in reach may never be read by anybody. */
    static boolean anyDenied(List<List<String>> reach) {
        return reach.stream().anyMatch(PlainPolicy::denied);
    }

    /** Whether one rule that limits nothing decides get and list of everything in a collection and below it. */
    static boolean open(Tier tier, List<String> parent, String collection) {
        List<List<String>> all = reach(parent, "", true).stream()
                .filter(path -> path.get(parent.size()).equals(collection))
                .toList();
        if (anyDenied(all)) {
            return false;
        }
        List<Optional<Rule>> rules = all.stream()
                .flatMap(path -> java.util.stream.Stream.of(decides(tier, Op.GET, path), decides(tier, Op.LIST, path)))
                .distinct()
                .toList();
        return rules.size() == 1
                && rules.get(0).isPresent()
                && !rules.get(0).get().limited();
    }

    /** Whether a rule's condition holds of a document, and of what a write makes of it, by one grant at least. */
    boolean holds(Person person, Tier tier, Rule rule, List<String> path, List<Optional<Map<String, Value>>> images) {
        if (rule.where().isEmpty()) {
            return true;
        }
        return bindings.stream()
                .filter(each -> each.tier().equals(tier.name()) && each.person() == person)
                .anyMatch(each -> images.stream()
                        .allMatch(image -> rule.where()
                                        .get()
                                        .in(new PlainCondition.Known(
                                                person.oid(), each.grant(), variables(rule.path(), path), image))
                                == PlainCondition.Truth.TRUE));
    }

    /** Whether a rule's condition is false of every document of this path, by every grant. */
    boolean never(Person person, Tier tier, Rule rule, List<String> path) {
        return rule.where().isPresent()
                && bindings.stream()
                        .filter(each -> each.tier().equals(tier.name()) && each.person() == person)
                        .allMatch(each -> rule.where()
                                        .get()
                                        .in(new PlainCondition.Known(
                                                person.oid(),
                                                each.grant(),
                                                variables(rule.path(), path),
                                                Optional.empty()))
                                == PlainCondition.Truth.FALSE);
    }

    private static Map<String, String> variables(List<String> pattern, List<String> path) {
        Map<String, String> variables = new HashMap<>();
        boolean after = false;
        for (int i = 0; i < pattern.size(); i++) {
            String segment = pattern.get(i);
            if (segment.equals("{x=**}")) {
                after = true;
            } else if (segment.startsWith("{")) {
                variables.put(
                        segment.substring(1, segment.length() - 1),
                        path.get(after ? path.size() - pattern.size() + i : i));
            }
        }
        return variables;
    }

    /** The text of its tiers and bindings. */
    String tiersYaml(String database, String prefix) {
        StringBuilder yaml = new StringBuilder();
        for (Tier tier : tiers) {
            yaml.append("  ").append(prefix).append(tier.name()).append(":\n");
            yaml.append("    databases: [\"PROJECT/")
                    .append(database)
                    .append("\"]\n    credential: local\n    rules:\n");
            for (Rule rule : tier.rules()) {
                yaml.append("      - id: ").append(rule.id());
                yaml.append("\n        path: \"/").append(String.join("/", rule.path()));
                yaml.append("\"\n        allow: ")
                        .append(rule.allow().stream().map(Op::word).toList());
                rule.where()
                        .ifPresent(where -> yaml.append("\n        where: '")
                                .append(where.text().replace("'", "''"))
                                .append('\''));
                yaml.append(
                        rule.fields().yaml().isEmpty()
                                ? ""
                                : "\n        " + rule.fields().yaml());
                yaml.append('\n');
            }
        }
        return yaml.toString();
    }

    String bindingsYaml(String prefix) {
        StringBuilder yaml = new StringBuilder();
        for (Binding binding : bindings) {
            yaml.append("  - { tier: ").append(prefix).append(binding.tier());
            yaml.append(", groups: [").append(binding.person().group()).append(']');
            // What no condition uses is worth a warning.
            String rules = tiers.stream()
                    .filter(tier -> tier.name().equals(binding.tier()))
                    .flatMap(tier -> tier.rules().stream())
                    .map(rule -> rule.where().map(PlainCondition::text).orElse(""))
                    .collect(Collectors.joining());
            if (rules.contains("grant.")) {
                yaml.append(", grant: { ");
                yaml.append(binding.grant().entrySet().stream()
                        .filter(entry -> rules.contains("grant." + entry.getKey()))
                        .map(entry -> entry.getKey() + ": "
                                + entry.getValue().stream()
                                        .map(PlainCondition::text)
                                        .toList())
                        .collect(Collectors.joining(", ")));
                yaml.append(" }");
            }
            yaml.append(" }\n");
        }
        return yaml.toString();
    }

    /** A whole file of policies, each of a database of its own. */
    static String file(Map<String, PlainPolicy> policies) {
        StringBuilder yaml = new StringBuilder("version: 1\ntiers:\n");
        policies.forEach((database, policy) -> yaml.append(policy.tiersYaml(database, database + "-")));
        yaml.append("bindings:\n");
        policies.forEach((database, policy) -> yaml.append(policy.bindingsYaml(database + "-")));
        yaml.append("deny:\n  paths: ");
        yaml.append(DENIED.stream()
                .map(path -> "\"/" + String.join("/", path) + "\"")
                .toList());
        return yaml.append('\n').toString();
    }
}
