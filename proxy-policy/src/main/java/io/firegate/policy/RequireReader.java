package io.firegate.policy;

import io.firegate.policy.yaml.Nearest;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import io.firegate.policy.yaml.YamlSequence;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads {@code require} of a binding. */
final class RequireReader {
    /** Hours of one binding: enough for a shift plan, and each is looked at when the binding is. */
    static final int HOURS_MAX = 50;

    /** Networks of one binding, for the same reason. */
    static final int NETWORKS_MAX = 200;

    private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");
    private static final String HOURS_FORM = "write days, hours and a time zone: Mon-Fri 06:00-20:00 Europe/Paris";

    private RequireReader() {}

    /** Reads the key; what asks for nothing when it is absent. */
    static Require read(YamlMapping binding) {
        YamlMapping mapping = binding.optionalMapping("require");
        if (mapping == null) {
            return Require.NOTHING;
        }
        List<Hours> hours = new ArrayList<>();
        YamlNode written = mapping.optional("hours");
        if (written instanceof YamlSequence several) {
            Checks.requireSome(several, "hours", "the binding would never give anything");
            several.strings().forEach(one -> hours(one, hours));
            bound(several, several.size(), HOURS_MAX, "hours");
        } else if (written instanceof YamlScalar one && one.asString() != null) {
            hours(one, hours);
        } else if (written != null) {
            written.asString();
        }
        List<Network> networks = new ArrayList<>();
        YamlSequence cidrs = mapping.optionalSequence("networks");
        if (cidrs != null) {
            Checks.requireSome(cidrs, "networks", "the binding would give nothing anywhere");
            cidrs.strings().forEach(one -> network(one, networks));
            bound(cidrs, cidrs.size(), NETWORKS_MAX, "networks");
        }
        String authContext = authContext(mapping);
        boolean agents = allows(mapping, "agents");
        boolean guests = allows(mapping, "guests");
        mapping.noOtherKeys();
        if (mapping.entries().isEmpty()) {
            mapping.problem("`require` asks for nothing", "write what it asks for, or leave it out");
        }
        return new Require(hours, networks, authContext, agents, guests);
    }

    private static void bound(YamlNode place, int size, int most, String what) {
        if (size > most) {
            place.problem("more than " + most + " " + what, "write a binding for each part of them");
        }
    }

    private static boolean allows(YamlMapping mapping, String key) {
        YamlNode node = mapping.optional(key);
        String word = node == null ? null : node.asString();
        if (node != null && word != null && !word.equals("allow")) {
            node.problem("`" + word + "` is not `allow`", "write allow, or leave it out: without it none is admitted");
        }
        return word != null;
    }

    private static @Nullable String authContext(YamlMapping mapping) {
        YamlNode node = mapping.optional("authContext");
        String text = node == null ? null : node.asString();
        if (node != null && text != null && !isContext(text)) {
            node.problem(
                    "`" + text + "` is not an authentication context",
                    "write its id as Entra's Conditional Access shows it: c1 to c99");
        }
        return text;
    }

    private static boolean isContext(String text) {
        if (text.length() < 2 || text.length() > 3 || text.charAt(0) != 'c' || text.charAt(1) == '0') {
            return false;
        }
        for (int i = 1; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static void network(YamlScalar node, List<Network> into) {
        String text = node.text();
        Optional<Network> read = Network.parse(text);
        if (read.isPresent()) {
            if (into.contains(read.get())) {
                node.problem("the network `" + text + "` stands twice");
            }
            into.add(read.get());
            return;
        }
        node.problem(
                "`" + text + "` is not a network",
                Network.parse(text, false)
                        .map(meant -> "write its first address: " + meant)
                        .orElse("an address, a slash and a number of bits: 10.0.0.0/8, 2001:db8::/32"));
    }

    /** One text, word by word; the offset of each word is where its problem is told. */
    private static void hours(YamlScalar node, List<Hours> into) {
        String text = node.text();
        String[] words = text.split(" ", -1);
        if (words.length < 2 || words.length > 3) {
            node.problem("`" + text + "` are not hours", HOURS_FORM);
            return;
        }
        if (words[words.length - 1].indexOf(':') >= 0) {
            node.problem("`" + text + "` names no time zone", HOURS_FORM);
            return;
        }
        int at = 0;
        Set<DayOfWeek> days = EnumSet.allOf(DayOfWeek.class);
        if (words.length == 3) {
            days = days(words[0], wrong -> node.problemAt(0, wrong, "Mon, Mon-Fri, Sat,Sun or Mon-Thu,Sat"));
            at = words[0].length() + 1;
        }
        String span = words[words.length - 2];
        int spanAt = at;
        int dash = span.indexOf('-');
        int from = dash < 0 ? -1 : minute(span.substring(0, dash));
        int to = dash < 0 ? -1 : minute(span.substring(dash + 1));
        if (from < 0 || to < 0 || from == Hours.DAY_MINUTES) {
            node.problemAt(spanAt, "`" + span + "` is not a span of hours", "write 06:00-20:00; the end may be 24:00");
        } else if (from == to) {
            node.problemAt(spanAt, "`" + span + "` begins when it ends", "for a whole day write 00:00-24:00");
        }
        String name = words[words.length - 1];
        int zoneAt = text.length() - name.length();
        Set<String> known = ZoneId.getAvailableZoneIds();
        if (!known.contains(name)) {
            Optional<String> near = Nearest.to(name, known);
            node.problemAt(
                    zoneAt,
                    "there is no time zone `" + name + "`"
                            + near.map(other -> "; did you mean `" + other + "`?")
                                    .orElse(""),
                    near.isPresent() ? null : "a name of the IANA database: Europe/Paris, America/New_York, UTC");
            return;
        }
        if (days != null && from >= 0 && to >= 0 && from != to && from < Hours.DAY_MINUTES) {
            into.add(new Hours(text, days, from, to, ZoneId.of(name)));
        }
    }

    private static @Nullable Set<DayOfWeek> days(String text, Consumer<String> wrong) {
        EnumSet<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        for (String part : text.split(",", -1)) {
            int dash = part.indexOf('-');
            int first = DAYS.indexOf(dash < 0 ? part : part.substring(0, dash));
            int last = dash < 0 ? first : DAYS.indexOf(part.substring(dash + 1));
            if (first < 0 || last < 0) {
                wrong.accept("`" + part + "` is neither a day nor days");
                return null;
            }
            // Past Sunday it goes on with Monday: Fri-Mon.
            for (int i = first; ; i = (i + 1) % DAYS.size()) {
                days.add(DayOfWeek.of(i + 1));
                if (i == last) {
                    break;
                }
            }
        }
        return days;
    }

    /** Minutes since midnight of {@code HH:MM}, 24:00 included; negative when it is anything else. */
    private static int minute(String text) {
        if (text.length() != 5 || text.charAt(2) != ':') {
            return -1;
        }
        for (int i : new int[] {0, 1, 3, 4}) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return -1;
            }
        }
        int hour = Integer.parseInt(text.substring(0, 2));
        int minute = Integer.parseInt(text.substring(3));
        int all = hour * 60 + minute;
        return minute < 60 && all <= Hours.DAY_MINUTES ? all : -1;
    }
}
