package io.firegate.e2e.differential;

import com.google.firestore.v1.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A condition as its author means it, with its text for the policy file. Three-valued: only what is certainly true permits. */
sealed interface PlainCondition {
    /** What a condition comes to. */
    enum Truth {
        FALSE,
        UNKNOWN,
        TRUE
    }

    /**
     * What is known of caller, path and document.
     *
     * @param document empty for any document: then no comparison with one of its fields is known
     */
    record Known(
            String oid,
            Map<String, List<Value>> grants,
            Map<String, String> variables,
            Optional<Map<String, Value>> document) {}

    Truth in(Known known);

    String text();

    /** One side of a comparison. */
    sealed interface Side {
        Optional<Value> in(Known known);

        String text();
    }

    record Field(List<String> path) implements Side {
        @Override
        public Optional<Value> in(Known known) {
            return known.document().flatMap(fields -> PlainFields.at(fields, path));
        }

        @Override
        public String text() {
            return "doc." + PlainFields.text(path);
        }
    }

    record Literal(Value value) implements Side {
        @Override
        public Optional<Value> in(Known known) {
            return Optional.of(value);
        }

        @Override
        public String text() {
            return PlainCondition.text(value);
        }
    }

    record Oid() implements Side {
        @Override
        public Optional<Value> in(Known known) {
            return Optional.of(string(known.oid()));
        }

        @Override
        public String text() {
            return "caller.oid";
        }
    }

    record Variable(String name) implements Side {
        @Override
        public Optional<Value> in(Known known) {
            return Optional.ofNullable(known.variables().get(name)).map(PlainCondition::string);
        }

        @Override
        public String text() {
            return name;
        }
    }

    record Compare(Side left, String operator, Side right) implements PlainCondition {
        @Override
        public Truth in(Known known) {
            Optional<Value> a = left.in(known);
            Optional<Value> b = right.in(known);
            if (a.isEmpty() || b.isEmpty() || nothing(b.get()) || a.get().hasNullValue()) {
                return Truth.UNKNOWN;
            }
            if (operator.equals("!=")) {
                return of(!same(a.get(), b.get()));
            }
            if (nothing(a.get())) {
                return Truth.UNKNOWN;
            }
            if (operator.equals("==")) {
                return of(same(a.get(), b.get()));
            }
            if (rank(a.get()) != rank(b.get())) {
                return Truth.UNKNOWN;
            }
            int order = order(a.get(), b.get());
            return of(
                    switch (operator) {
                        case "<" -> order < 0;
                        case "<=" -> order <= 0;
                        case ">" -> order > 0;
                        default -> order >= 0;
                    });
        }

        @Override
        public String text() {
            return left.text() + " " + operator + " " + right.text();
        }
    }

    record IsNull(Field field, boolean negated) implements PlainCondition {
        @Override
        public Truth in(Known known) {
            return field.in(known)
                    .map(value -> of(value.hasNullValue() != negated))
                    .orElse(Truth.UNKNOWN);
        }

        @Override
        public String text() {
            return field.text() + (negated ? " != null" : " == null");
        }
    }

    record InList(Side side, List<Side> members) implements PlainCondition {
        @Override
        public Truth in(Known known) {
            List<Value> set = new ArrayList<>();
            for (Side member : members) {
                if (member.in(known).isEmpty()) {
                    return Truth.UNKNOWN;
                }
                set.add(member.in(known).get());
            }
            return among(side.in(known), set);
        }

        @Override
        public String text() {
            return side.text() + members.stream().map(Side::text).collect(Collectors.joining(", ", " in [", "]"));
        }
    }

    record InGrant(Side side, String name) implements PlainCondition {
        @Override
        public Truth in(Known known) {
            List<Value> set = known.grants().get(name);
            return set == null ? Truth.UNKNOWN : among(side.in(known), set);
        }

        @Override
        public String text() {
            return side.text() + " in grant." + name;
        }
    }

    record Contains(Field field, Side member) implements PlainCondition {
        @Override
        public Truth in(Known known) {
            Optional<Value> array = field.in(known);
            Optional<Value> wanted = member.in(known);
            if (array.isEmpty() || wanted.isEmpty() || nothing(array.get()) || nothing(wanted.get())) {
                return Truth.UNKNOWN;
            }
            return of(array.get().getArrayValue().getValuesList().stream().anyMatch(each -> same(each, wanted.get())));
        }

        @Override
        public String text() {
            return field.text() + " contains " + member.text();
        }
    }

    record And(PlainCondition left, PlainCondition right) implements PlainCondition {
        @Override
        public Truth in(Known known) {
            Truth a = left.in(known);
            Truth b = right.in(known);
            return a.compareTo(b) < 0 ? a : b;
        }

        @Override
        public String text() {
            return "(" + left.text() + ") && (" + right.text() + ")";
        }
    }

    record Or(PlainCondition left, PlainCondition right) implements PlainCondition {
        @Override
        public Truth in(Known known) {
            Truth a = left.in(known);
            Truth b = right.in(known);
            return a.compareTo(b) > 0 ? a : b;
        }

        @Override
        public String text() {
            return "(" + left.text() + ") || (" + right.text() + ")";
        }
    }

    record Not(PlainCondition condition) implements PlainCondition {
        @Override
        public Truth in(Known known) {
            return switch (condition.in(known)) {
                case FALSE -> Truth.TRUE;
                case UNKNOWN -> Truth.UNKNOWN;
                case TRUE -> Truth.FALSE;
            };
        }

        @Override
        public String text() {
            return "!(" + condition.text() + ")";
        }
    }

    private static Truth of(boolean is) {
        return is ? Truth.TRUE : Truth.FALSE;
    }

    private static Truth among(Optional<Value> value, List<Value> set) {
        if (set.isEmpty()) {
            return Truth.FALSE;
        }
        if (value.isEmpty() || nothing(value.get())) {
            return Truth.UNKNOWN;
        }
        return of(set.stream().anyMatch(each -> !nothing(each) && same(each, value.get())));
    }

    /** What Firestore's equality finds nowhere. */
    private static boolean nothing(Value value) {
        return value.hasNullValue() || (value.hasDoubleValue() && Double.isNaN(value.getDoubleValue()));
    }

    private static boolean same(Value a, Value b) {
        return rank(a) == rank(b) && order(a, b) == 0;
    }

    private static int rank(Value value) {
        return switch (value.getValueTypeCase()) {
            case NULL_VALUE -> 0;
            case BOOLEAN_VALUE -> 1;
            case DOUBLE_VALUE -> Double.isNaN(value.getDoubleValue()) ? 2 : 3;
            case INTEGER_VALUE -> 3;
            case TIMESTAMP_VALUE -> 4;
            case STRING_VALUE -> 5;
            case ARRAY_VALUE -> 9;
            case MAP_VALUE -> 11;
            default -> throw new IllegalArgumentException("never drawn: " + value);
        };
    }

    /** Of two values of one rank. Numbers are drawn so small that a double holds each. */
    private static int order(Value a, Value b) {
        return switch (a.getValueTypeCase()) {
            case NULL_VALUE -> 0;
            case BOOLEAN_VALUE -> Boolean.compare(a.getBooleanValue(), b.getBooleanValue());
            case DOUBLE_VALUE, INTEGER_VALUE ->
                rank(a) == 2 ? 0 : number(a) < number(b) ? -1 : number(a) > number(b) ? 1 : 0;
            case TIMESTAMP_VALUE ->
                Long.compare(
                        a.getTimestampValue().getSeconds(),
                        b.getTimestampValue().getSeconds());
            case STRING_VALUE -> a.getStringValue().compareTo(b.getStringValue());
            case ARRAY_VALUE ->
                orderAll(a.getArrayValue().getValuesList(), b.getArrayValue().getValuesList());
            default -> {
                TreeMap<String, Value> left = new TreeMap<>(a.getMapValue().getFieldsMap());
                TreeMap<String, Value> right = new TreeMap<>(b.getMapValue().getFieldsMap());
                yield orderAll(entries(left), entries(right));
            }
        };
    }

    private static List<Value> entries(Map<String, Value> map) {
        List<Value> flat = new ArrayList<>();
        map.forEach((key, value) -> {
            flat.add(string(key));
            flat.add(value);
        });
        return flat;
    }

    private static int orderAll(List<Value> a, List<Value> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int ranks = Integer.compare(rank(a.get(i)), rank(b.get(i)));
            int order = ranks == 0 ? order(a.get(i), b.get(i)) : ranks;
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private static double number(Value value) {
        return value.hasIntegerValue() ? value.getIntegerValue() : value.getDoubleValue();
    }

    static Value string(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    /** A scalar as a policy writes it. */
    static String text(Value value) {
        return switch (value.getValueTypeCase()) {
            case BOOLEAN_VALUE -> "" + value.getBooleanValue();
            case INTEGER_VALUE -> "" + value.getIntegerValue();
            case DOUBLE_VALUE -> "" + value.getDoubleValue();
            case STRING_VALUE -> "'" + value.getStringValue() + "'";
            default -> throw new IllegalArgumentException("never written: " + value);
        };
    }
}
