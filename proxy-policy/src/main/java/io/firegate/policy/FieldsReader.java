package io.firegate.policy;

import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.Obligations.WriteGuard;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlScalar;
import io.firegate.policy.yaml.YamlSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code fields} of a rule. */
final class FieldsReader {
    /**
     * What it says.
     *
     * @param mask which fields may be seen
     * @param guard which an update must leave as they are
     */
    record Fields(FieldMask mask, WriteGuard guard) {
        static final Fields ALL = new Fields(FieldMask.AllFields.INSTANCE, WriteGuard.NoGuard.INSTANCE);
    }

    /** A path and where it stands. */
    private record Placed(FieldPath path, YamlScalar node) {}

    private FieldsReader() {}

    /** Reads the key of a rule that allows these operations; {@link Fields#ALL} when it is absent. */
    static Fields read(YamlMapping rule, int operations) {
        YamlMapping mapping = rule.optionalMapping("fields");
        if (mapping == null) {
            return Fields.ALL;
        }
        List<Placed> hidden = paths(mapping, "hide", "leave it out to show every field");
        List<Placed> shown = paths(mapping, "show", "a reader would get documents without fields");
        List<Placed> readonly = paths(mapping, "readonly", "leave it out");
        YamlMapping.Entry show = mapping.entry("show");
        if (show != null && mapping.entry("hide") != null) {
            show.key().problem("`show` beside `hide`: what neither names would be both", "keep one of them");
        } else if (show == null && mapping.entry("hide") == null && mapping.entry("readonly") == null) {
            mapping.problem("`fields` says nothing", "add hide, show or readonly");
        }
        mapping.noOtherKeys();
        if (!readonly.isEmpty() && (operations & Rule.bit(Operation.UPDATE)) == 0) {
            readonly.get(0).node.problem("`readonly` on a rule that does not allow `update`", "remove it");
        }
        for (Placed placed : readonly) {
            boolean unseen = hidden.stream().anyMatch(other -> other.path.holds(placed.path))
                    || (!shown.isEmpty() && shown.stream().noneMatch(other -> other.path.meets(placed.path)));
            if (unseen) {
                placed.node.problem(
                        "`" + placed.path + "` is hidden, and nobody writes what is hidden from them",
                        "remove it from `readonly`");
            }
        }
        return new Fields(
                !hidden.isEmpty()
                        ? new FieldMask.Hidden(all(hidden))
                        : !shown.isEmpty() ? new FieldMask.Shown(all(shown)) : FieldMask.AllFields.INSTANCE,
                readonly.isEmpty() ? WriteGuard.NoGuard.INSTANCE : new WriteGuard.Readonly(all(readonly)));
    }

    private static List<FieldPath> all(List<Placed> placed) {
        return placed.stream().map(Placed::path).toList();
    }

    private static List<Placed> paths(YamlMapping mapping, String key, String whyNotEmpty) {
        List<Placed> paths = new ArrayList<>();
        YamlSequence sequence = mapping.optionalSequence(key);
        if (sequence == null) {
            return paths;
        }
        Checks.requireSome(sequence, key, whyNotEmpty);
        for (YamlScalar node : sequence.strings()) {
            Optional<FieldPath> read = FieldPath.parse(node.text());
            if (read.isEmpty()) {
                node.problem(
                        "`" + node.text() + "` is not a field",
                        "names joined by dots; a name with other characters than letters, digits and _ in backticks");
                continue;
            }
            FieldPath path = read.get();
            if (path.segments().stream().anyMatch(FieldsReader::isReserved)) {
                node.problem("`" + path + "` is not a field: Firestore keeps such names to itself");
                continue;
            }
            Optional<Placed> other =
                    paths.stream().filter(placed -> placed.path.meets(path)).findFirst();
            if (other.isPresent()) {
                node.problem(
                        other.get().path.equals(path)
                                ? "`" + path + "` stands twice"
                                : "`" + path + "` and `" + other.get().path + "`: one holds the other",
                        "keep the one that is meant");
            } else {
                paths.add(new Placed(path, node));
            }
        }
        return paths;
    }

    private static boolean isReserved(String name) {
        return name.length() >= 4 && name.startsWith("__") && name.endsWith("__");
    }
}
