package io.firegate.e2e.differential;

import com.google.firestore.v1.Value;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Takes away from a case that differs, bit by bit, whatever can go while it still does. */
final class Smallest {
    /** Some minutes of an idle machine: what is left then is small enough to read. */
    private static final int TRIES_MAX = 500;

    private final DifferentialTest.Bench bench;
    private World world;
    private boolean known;
    private int tries;
    private Case one;
    private String difference = "it does not differ a second time";

    Smallest(DifferentialTest.Bench bench, World world, Case one) {
        this.bench = bench;
        this.world = world;
        this.one = one;
    }

    String describe() {
        boolean less = differs(world, one);
        while (less) {
            boolean fewer = fewerDocuments();
            less = lessAsked() || fewer;
        }
        return "smallest: " + difference + "\n" + one + "\ndocuments " + world.documents() + "\n"
                + PlainPolicy.file(Map.of(world.id, world.policy));
    }

    private boolean differs(World smaller, Case asked) {
        if (tries++ >= TRIES_MAX) {
            return false;
        }
        Optional<String> found;
        try {
            found = Trial.differs(smaller, bench.wire(asked.person()), asked, new TreeMap<>());
        } catch (RuntimeException e) {
            // A request that makes no sense any more.
            found = Optional.empty();
        }
        if (found.isEmpty() || (known && !kind(found.get()).equals(kind(difference)))) {
            world.restore();
            return false;
        }
        world = smaller;
        one = asked;
        difference = found.get();
        known = true;
        return true;
    }

    /** What it is about: a smaller case that differs in another way is another case. */
    private static String kind(String difference) {
        return difference.replaceAll("(?s)[\\[\"{].*", "");
    }

    private World with(Map<String, Map<String, Value>> documents) {
        return new World(world.id, world.policy, documents, bench.admin);
    }

    private boolean fewerDocuments() {
        boolean any = false;
        for (String path : List.copyOf(world.documents().keySet())) {
            Map<String, Map<String, Value>> fewer = new LinkedHashMap<>(world.documents());
            Map<String, Value> fields = Objects.requireNonNull(fewer.remove(path));
            boolean gone = differs(with(fewer), one);
            for (String field : gone ? List.<String>of() : List.copyOf(fields.keySet())) {
                Map<String, Value> left = new LinkedHashMap<>(world.documents().get(path));
                left.remove(field);
                fewer = new LinkedHashMap<>(world.documents());
                fewer.put(path, left);
                any |= differs(with(fewer), one);
            }
            any |= gone;
        }
        return any;
    }

    private boolean lessAsked() {
        boolean any = false;
        for (int i = 0; i < one.requests().size(); i++) {
            List<Message> smaller = new ArrayList<>(less(one.requests().get(i)));
            for (Message each : smaller) {
                List<Message> requests = new ArrayList<>(one.requests());
                requests.set(i, each);
                if (differs(world, new Case(one.person(), one.rest(), one.transaction(), requests))) {
                    any = true;
                    break;
                }
            }
        }
        if (one.requests().size() > 1) {
            for (int i = 0; i < one.requests().size(); i++) {
                List<Message> requests = new ArrayList<>(one.requests());
                requests.remove(i);
                if (differs(world, new Case(one.person(), one.rest(), one.transaction(), requests))) {
                    return true;
                }
            }
        }
        return any;
    }

    /** The message with one part of it left out, or made smaller, in every way there is. */
    private static List<Message> less(Message message) {
        List<Message> less = new ArrayList<>();
        message.getAllFields().forEach((field, value) -> {
            boolean named = field.getJavaType() == FieldDescriptor.JavaType.STRING && !field.isRepeated();
            if (!named) {
                less.add(message.toBuilder().clearField(field).build());
            }
            if (field.isRepeated()) {
                List<?> all = (List<?>) value;
                for (int i = 0; i < all.size(); i++) {
                    List<Object> fewer = new ArrayList<>(all);
                    fewer.remove(i);
                    less.add(message.toBuilder().setField(field, fewer).build());
                    if (all.get(i) instanceof Message part) {
                        for (Message smaller : less(part)) {
                            List<Object> changed = new ArrayList<>(all);
                            changed.set(i, smaller);
                            less.add(
                                    message.toBuilder().setField(field, changed).build());
                        }
                    }
                }
            } else if (value instanceof Message part) {
                for (Message smaller : less(part)) {
                    less.add(message.toBuilder().setField(field, smaller).build());
                }
            }
        });
        return less;
    }
}
