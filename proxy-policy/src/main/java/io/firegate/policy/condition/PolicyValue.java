package io.firegate.policy.condition;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * A value Firestore can store ({@code google.firestore.v1.Value}), for comparing and nothing else. {@code equals} tells whether two
 * are written alike; what Firestore calls equal is {@link ValueOrder#equal}. {@code toString} tells the kind alone.
 */
public sealed interface PolicyValue {
    /** The null value, which is stored; a field that is not there has no value. */
    enum Null implements PolicyValue {
        NULL
    }

    /** A boolean. */
    record Bool(boolean value) implements PolicyValue {
        @Override
        public String toString() {
            return "Bool";
        }
    }

    /** An integer. */
    record Int(long value) implements PolicyValue {
        @Override
        public String toString() {
            return "Int";
        }
    }

    /** A double, NaN and the infinities included. */
    record Real(double value) implements PolicyValue {
        @Override
        public String toString() {
            return "Real";
        }
    }

    /** A moment; Firestore keeps microseconds and cuts off the rest. */
    record Time(long seconds, int nanos) implements PolicyValue {
        private static final int MICRO = 1_000;

        public Time {
            nanos -= nanos % MICRO;
        }

        @Override
        public String toString() {
            return "Time";
        }
    }

    /** A string. */
    record Text(String value) implements PolicyValue {
        @Override
        public String toString() {
            return "Text";
        }
    }

    /** Bytes. */
    final class Bytes implements PolicyValue {
        private final byte[] value;

        public Bytes(byte[] value) {
            this.value = value.clone();
        }

        /** The bytes, a copy. */
        public byte[] value() {
            return value.clone();
        }

        int compare(Bytes other) {
            return Arrays.compareUnsigned(value, other.value);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes bytes && Arrays.equals(value, bytes.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            return "Bytes";
        }
    }

    /** A reference by its full resource name. */
    record Reference(String name) implements PolicyValue {
        @Override
        public String toString() {
            return "Reference";
        }
    }

    /** A point on the earth. */
    record Point(double latitude, double longitude) implements PolicyValue {
        @Override
        public String toString() {
            return "Point";
        }
    }

    /** An array. */
    record Array(List<PolicyValue> elements) implements PolicyValue {
        public Array {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            return "Array";
        }
    }

    /** A vector, as {@code FieldValue.vector} stores it. */
    record Vector(List<Double> elements) implements PolicyValue {
        public Vector {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            return "Vector";
        }
    }

    /** A map. */
    final class Fields implements PolicyValue {
        private final TreeMap<String, PolicyValue> fields;

        public Fields(Map<String, PolicyValue> fields) {
            this.fields = new TreeMap<>(ValueOrder.TEXT);
            this.fields.putAll(fields);
        }

        /** In the order Firestore compares them in. Not to be changed. */
        Map<String, PolicyValue> sorted() {
            return fields;
        }

        /** A copy of its keys and values, in the order Firestore compares them in. */
        public Map<String, PolicyValue> entries() {
            return new LinkedHashMap<>(fields);
        }

        /** The value of a key, or null. */
        public @org.jspecify.annotations.Nullable PolicyValue get(String key) {
            return fields.get(key);
        }

        /** Goes through keys and values. */
        public void forEach(BiConsumer<String, PolicyValue> action) {
            fields.forEach(action);
        }

        /** The values, in the order of their keys. Not to be changed. */
        public Collection<PolicyValue> values() {
            return fields.values();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Fields map && fields.equals(map.fields);
        }

        @Override
        public int hashCode() {
            return fields.hashCode();
        }

        @Override
        public String toString() {
            return "Fields";
        }
    }

    /** What it says, in the words of a condition; of kinds no condition can write, only which kind it is. */
    default String describe() {
        return Wording.of(this);
    }

    /** Whether it is null or NaN: what no comparison but that for null itself ever matches. */
    default boolean matchesNothing() {
        return this == Null.NULL || (this instanceof Real real && Double.isNaN(real.value()));
    }
}
