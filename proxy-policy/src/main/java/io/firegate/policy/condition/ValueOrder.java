package io.firegate.policy.condition;

import io.firegate.policy.condition.PolicyValue.Array;
import io.firegate.policy.condition.PolicyValue.Bool;
import io.firegate.policy.condition.PolicyValue.Bytes;
import io.firegate.policy.condition.PolicyValue.Fields;
import io.firegate.policy.condition.PolicyValue.Int;
import io.firegate.policy.condition.PolicyValue.Null;
import io.firegate.policy.condition.PolicyValue.Point;
import io.firegate.policy.condition.PolicyValue.Real;
import io.firegate.policy.condition.PolicyValue.Reference;
import io.firegate.policy.condition.PolicyValue.Text;
import io.firegate.policy.condition.PolicyValue.Time;
import io.firegate.policy.condition.PolicyValue.Vector;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The order Firestore keeps its values in (vendor page "Firestore data types", value type ordering): by type, then by value. Integers
 * and doubles are numbers and compare by their exact mathematical value.
 */
public final class ValueOrder {
    /** Strings by their UTF-8 bytes, which is by code points: unlike {@code compareTo}, where surrogates come before U+E000. */
    static final Comparator<String> TEXT = ValueOrder::compareText;

    /** 2^63, the first double beyond every long. */
    private static final double BEYOND_LONG = 0x1p63;

    private ValueOrder() {}

    /** Whether Firestore takes two values for equal inside arrays and maps, where null equals null and NaN equals NaN. */
    public static boolean equal(PolicyValue a, PolicyValue b) {
        return compare(a, b) == 0;
    }

    /** Whether a range can hold both: Firestore's ranges stay inside the type of their bound. */
    static boolean sameType(PolicyValue a, PolicyValue b) {
        return rank(a) == rank(b);
    }

    private static int rank(PolicyValue value) {
        return switch (value) {
            case Null.NULL -> 0;
            case Bool bool -> 1;
            case Real real when Double.isNaN(real.value()) -> 2;
            case Int number -> 3;
            case Real number -> 3;
            case Time time -> 4;
            case Text text -> 5;
            case Bytes bytes -> 6;
            case Reference reference -> 7;
            case Point point -> 8;
            case Array array -> 9;
            case Vector vector -> 10;
            case Fields map -> 11;
        };
    }

    /** The order of any two values. */
    public static int compare(PolicyValue a, PolicyValue b) {
        int byType = Integer.compare(rank(a), rank(b));
        if (byType != 0) {
            return byType;
        }
        return switch (a) {
            case Null.NULL -> 0;
            case Bool bool -> Boolean.compare(bool.value(), ((Bool) b).value());
            case Int number ->
                b instanceof Int other
                        ? Long.compare(number.value(), other.value())
                        : compare(number.value(), ((Real) b).value());
            case Real number when Double.isNaN(number.value()) -> 0;
            case Real number ->
                b instanceof Int other
                        ? -compare(other.value(), number.value())
                        // Not Double.compare: -0.0 equals 0.
                        : number.value() < ((Real) b).value() ? -1 : number.value() > ((Real) b).value() ? 1 : 0;
            case Time time -> {
                int bySecond = Long.compare(time.seconds(), ((Time) b).seconds());
                yield bySecond != 0 ? bySecond : Integer.compare(time.nanos(), ((Time) b).nanos());
            }
            case Text text -> compareText(text.value(), ((Text) b).value());
            case Bytes bytes -> bytes.compare((Bytes) b);
            case Reference reference -> compareNames(reference.name(), ((Reference) b).name());
            case Point point -> {
                int byLatitude = Double.compare(point.latitude() + 0.0, ((Point) b).latitude() + 0.0);
                yield byLatitude != 0
                        ? byLatitude
                        : Double.compare(point.longitude() + 0.0, ((Point) b).longitude() + 0.0);
            }
            case Array array -> compareLists(array.elements(), ((Array) b).elements());
            case Vector vector -> compareVectors(vector.elements(), ((Vector) b).elements());
            case Fields map -> compareMaps(map.sorted(), ((Fields) b).sorted());
        };
    }

    private static int compare(long whole, double real) {
        if (real >= BEYOND_LONG) {
            return -1;
        }
        if (real < -BEYOND_LONG) {
            return 1;
        }
        long floor = (long) Math.floor(real);
        int byWhole = Long.compare(whole, floor);
        return byWhole != 0 ? byWhole : real > floor ? -1 : 0;
    }

    private static int compareText(String a, String b) {
        int end = Math.min(a.length(), b.length());
        for (int i = 0; i < end; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean xHigh = Character.isSurrogate(x);
                boolean yHigh = Character.isSurrogate(y);
                return xHigh == yHigh ? Character.compare(x, y) : xHigh ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** Segment by segment, so that {@code a/b} comes before {@code a!/b}. */
    private static int compareNames(String a, String b) {
        String[] left = a.split("/", -1);
        String[] right = b.split("/", -1);
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            int bySegment = compareText(left[i], right[i]);
            if (bySegment != 0) {
                return bySegment;
            }
        }
        return Integer.compare(left.length, right.length);
    }

    private static int compareLists(List<PolicyValue> a, List<PolicyValue> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int byElement = compare(a.get(i), b.get(i));
            if (byElement != 0) {
                return byElement;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    /** By dimension first. */
    private static int compareVectors(List<Double> a, List<Double> b) {
        if (a.size() != b.size()) {
            return Integer.compare(a.size(), b.size());
        }
        for (int i = 0; i < a.size(); i++) {
            int byElement = Double.compare(a.get(i) + 0.0, b.get(i) + 0.0);
            if (byElement != 0) {
                return byElement;
            }
        }
        return 0;
    }

    private static int compareMaps(Map<String, PolicyValue> a, Map<String, PolicyValue> b) {
        Iterator<Map.Entry<String, PolicyValue>> left = a.entrySet().iterator();
        Iterator<Map.Entry<String, PolicyValue>> right = b.entrySet().iterator();
        while (left.hasNext() && right.hasNext()) {
            Map.Entry<String, PolicyValue> x = left.next();
            Map.Entry<String, PolicyValue> y = right.next();
            int byKey = compareText(x.getKey(), y.getKey());
            if (byKey != 0) {
                return byKey;
            }
            int byValue = compare(x.getValue(), y.getValue());
            if (byValue != 0) {
                return byValue;
            }
        }
        return Boolean.compare(left.hasNext(), right.hasNext());
    }
}
