package io.firegate.e2e.differential;

import com.google.firestore.v1.ArrayValue;
import com.google.firestore.v1.Value;
import com.google.protobuf.NullValue;
import io.firegate.e2e.differential.PlainPolicy.Binding;
import io.firegate.e2e.differential.PlainPolicy.Op;
import io.firegate.e2e.differential.PlainPolicy.Person;
import io.firegate.e2e.differential.PlainPolicy.Rule;
import io.firegate.e2e.differential.PlainPolicy.Tier;
import io.firegate.policy.Compilation;
import io.firegate.policy.PolicyCompiler;
import io.firegate.policy.PolicyFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Policies and documents drawn from few ids, few fields and few values, so that they meet. */
final class RandomPolicies {
    static final List<List<String>> FIELDS = List.of(
            List.of("a"),
            List.of("b"),
            List.of("w"),
            List.of("tags"),
            List.of("m"),
            List.of("m", "x"),
            List.of("m", "y"),
            List.of("m", "y", "z"),
            List.of("h"),
            List.of("o.d"));

    private static final List<List<String>> PATHS = List.of(
            List.of("c", "{p}"),
            List.of("c", "{p}"),
            List.of("d", "{p}"),
            List.of("e", "{p}"),
            List.of("c", "a"),
            List.of("c", "{p}", "d", "{q}"),
            List.of("c", "a", "d", "{q}"),
            List.of("{x=**}"),
            List.of("{x=**}"),
            List.of("c", "{p}", "{x=**}"),
            List.of("c", "a", "{x=**}"),
            List.of("{x=**}", "d", "{q}"),
            List.of("{x=**}", "c", "{q}"),
            List.of("{k}", "{p}"),
            List.of("x", "{p}"));

    /** Where documents may lie. */
    static final List<String> DOCUMENTS = List.of(
            "c/a", "c/b", "c/k", "c/l", "c/a/d/a", "c/a/d/m", "c/k/d/a", "c/b/x/a", "d/a", "d/b", "d/n", "d/o", "e/a",
            "e/b", "e/c/d/m", "x/a");

    private final Random random;

    RandomPolicies(Random random) {
        this.random = random;
    }

    <T> T one(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    boolean chance(int of) {
        return random.nextInt(of) == 0;
    }

    /** One that compiles: what is refused for its own sake is drawn again. */
    PlainPolicy policy() {
        while (true) {
            PlainPolicy policy = drawn();
            if (compiles(policy)) {
                return policy;
            }
        }
    }

    static boolean compiles(PlainPolicy policy) {
        String text = PlainPolicy.file(Map.of("w", policy)).replace("PROJECT", "project-id");
        return PolicyCompiler.compile(List.of(PolicyFile.of("w.yaml", text)), null) instanceof Compilation.Compiled;
    }

    private PlainPolicy drawn() {
        List<Tier> tiers = new ArrayList<>();
        List<Binding> bindings = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            String name = "t" + i;
            tiers.add(tier(name));
            for (int n = random.nextInt(3); n >= 0; n--) {
                Map<String, List<Value>> grant = new LinkedHashMap<>();
                grant.put("g", members());
                grant.put("n", members());
                bindings.add(new Binding(name, one(List.of(Person.values())), grant));
            }
        }
        return new PlainPolicy(tiers, bindings);
    }

    private List<Value> members() {
        List<Value> members = new ArrayList<>();
        for (int i = random.nextInt(2); i >= 0; i--) {
            members.add(one(List.of(text("A"), text("B"), text("C"), number(1), number(2))));
        }
        return members;
    }

    /** Tiers of few draws often fail to compile, so a rule is kept only when the tier compiles with it. */
    private Tier tier(String name) {
        List<Rule> rules = new ArrayList<>();
        int wanted = 2 + random.nextInt(4);
        while (rules.size() < wanted) {
            rules.add(rule("r" + rules.size()));
            Binding anybody = new Binding(name, Person.OWNER, Map.of("g", members(), "n", members()));
            if (!compiles(new PlainPolicy(List.of(new Tier(name, rules)), List.of(anybody)))) {
                rules.remove(rules.size() - 1);
            }
        }
        return new Tier(name, rules);
    }

    private Rule rule(String id) {
        List<String> path = one(PATHS);
        if (chance(12)) {
            return new Rule(id, path, List.of(Op.COLLECTIONS), Optional.empty(), PlainFields.ALL);
        }
        List<Op> allow = new ArrayList<>();
        for (Op op : Op.values()) {
            boolean fits = switch (op) {
                case COLLECTIONS -> false;
                case LIST -> path.get(path.size() - 1).startsWith("{");
                case GROUP -> path.contains("{x=**}");
                default -> true;
            };
            if (fits && random.nextInt(3) > 0) {
                allow.add(op);
            }
        }
        if (allow.isEmpty()) {
            allow.add(Op.GET);
        }
        boolean asked = allow.contains(Op.LIST) || allow.contains(Op.GROUP);
        List<String> variables = path.stream()
                .filter(segment -> segment.matches("\\{[a-z]}"))
                .map(segment -> segment.substring(1, segment.length() - 1))
                .toList();
        Optional<PlainCondition> where =
                random.nextInt(5) < 3 ? Optional.of(condition(asked, variables, 2)) : Optional.empty();
        return new Rule(id, path, allow, where, random.nextInt(5) < 2 ? fields() : PlainFields.ALL);
    }

    private PlainFields fields() {
        List<List<String>> paths = new ArrayList<>();
        boolean shows = chance(3);
        for (int i = random.nextInt(shows ? 4 : 2); i >= 0; i--) {
            List<String> path = one(FIELDS);
            if (paths.stream().noneMatch(each -> PlainFields.under(path, each) || PlainFields.under(each, path))) {
                paths.add(path);
            }
        }
        List<List<String>> readonly = chance(3) ? List.of(one(FIELDS)) : List.of();
        return chance(6) && !readonly.isEmpty()
                ? new PlainFields(false, List.of(), readonly)
                : new PlainFields(shows, paths, readonly);
    }

    /** A condition; one that queries are cut down by says only what a filter can. */
    private PlainCondition condition(boolean asked, List<String> variables, int depth) {
        if (depth > 0 && random.nextInt(3) == 0) {
            PlainCondition left = condition(asked, variables, depth - 1);
            PlainCondition right = condition(asked, variables, depth - 1);
            return switch (random.nextInt(asked ? 3 : 5)) {
                case 0 -> new PlainCondition.And(left, right);
                case 1, 2 -> new PlainCondition.Or(left, right);
                default -> new PlainCondition.Not(left);
            };
        }
        PlainCondition.Field field = new PlainCondition.Field(one(FIELDS));
        return switch (random.nextInt(asked ? 10 : 14)) {
            case 0, 1 -> new PlainCondition.InGrant(new PlainCondition.Field(List.of("w")), "g");
            case 2 -> new PlainCondition.InGrant(field, one(List.of("g", "n")));
            case 3, 4 -> new PlainCondition.Compare(new PlainCondition.Field(List.of("w")), "==", literal());
            case 5 -> new PlainCondition.Compare(field, "==", side(variables));
            case 6 -> new PlainCondition.Contains(new PlainCondition.Field(List.of("tags")), literal());
            case 7 -> new PlainCondition.InList(chance(3) ? side(variables) : field, List.of(literal(), literal()));
            case 8 -> new PlainCondition.IsNull(field, false);
            case 9 ->
                variables.isEmpty()
                        ? new PlainCondition.Compare(field, "==", literal())
                        : new PlainCondition.InList(
                                new PlainCondition.Variable(one(variables)),
                                List.of(
                                        new PlainCondition.Literal(text("a")),
                                        new PlainCondition.Literal(text(one(List.of("b", "k", "m", "n"))))));
            case 10 -> new PlainCondition.IsNull(field, true);
            case 11 -> new PlainCondition.Compare(field, "!=", literal());
            case 12 ->
                new PlainCondition.Compare(field, one(List.of("==", "<")), new PlainCondition.Field(one(FIELDS)));
            default -> new PlainCondition.Compare(field, one(List.of("<", "<=", ">", ">=")), literal());
        };
    }

    private PlainCondition.Side side(List<String> variables) {
        return switch (random.nextInt(4)) {
            case 0 -> new PlainCondition.Oid();
            case 1 -> variables.isEmpty() ? literal() : new PlainCondition.Variable(one(variables));
            default -> literal();
        };
    }

    private PlainCondition.Side literal() {
        return new PlainCondition.Literal(one(List.of(
                text("A"),
                text("A"),
                text("B"),
                text("C"),
                number(0),
                number(1),
                number(2),
                real(0.5),
                real(1),
                Value.newBuilder().setBooleanValue(true).build())));
    }

    static Value text(String text) {
        return PlainCondition.string(text);
    }

    static Value number(long number) {
        return Value.newBuilder().setIntegerValue(number).build();
    }

    static Value real(double number) {
        return Value.newBuilder().setDoubleValue(number).build();
    }

    /** What a field may hold. */
    Value scalar() {
        return switch (random.nextInt(12)) {
            case 0 -> Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
            case 1 -> Value.newBuilder().setBooleanValue(random.nextBoolean()).build();
            case 2 -> real(one(List.of(0.5, 1.0, 2.0, Double.NaN)));
            case 3, 4, 5 -> number(random.nextInt(4));
            case 6 -> text(one(List.of(Person.values())).oid());
            case 7 -> text(one(List.of("a", "b", "k", "m")));
            default -> text(one(List.of("A", "B", "C")));
        };
    }

    /** The fields of a document, each there three times in four. */
    Map<String, Value> document() {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (List<String> path : FIELDS) {
            if (path.size() == 1 && random.nextInt(4) > 0) {
                fields.put(
                        path.get(0),
                        switch (path.get(0)) {
                            case "w" -> random.nextInt(5) > 0 ? text(one(List.of("A", "B", "C"))) : scalar();
                            case "tags" -> random.nextInt(6) > 0 ? array() : scalar();
                            case "m" -> random.nextInt(6) > 0 ? maps() : scalar();
                            default -> scalar();
                        });
            }
        }
        return fields;
    }

    Value array() {
        ArrayValue.Builder array = ArrayValue.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            array.addValues(scalar());
        }
        return Value.newBuilder().setArrayValue(array).build();
    }

    private Value maps() {
        Map<String, Value> fields = new LinkedHashMap<>();
        if (random.nextInt(4) > 0) {
            fields.put("x", scalar());
        }
        if (random.nextInt(3) > 0) {
            fields.put("y", random.nextInt(4) > 0 ? PlainFields.map(Map.of("z", scalar())) : scalar());
        }
        if (random.nextInt(3) == 0) {
            fields.put("v", scalar());
        }
        return PlainFields.map(fields);
    }
}
