package io.firegate.policy.suite;

import io.firegate.policy.DenyReason;
import io.firegate.policy.Operation;
import io.firegate.policy.Resource;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.ResourceText;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.suite.SuiteCase.Asked;
import io.firegate.policy.suite.SuiteCase.Expected;
import io.firegate.policy.yaml.Nearest;
import io.firegate.policy.yaml.YamlMapping;
import io.firegate.policy.yaml.YamlNode;
import io.firegate.policy.yaml.YamlScalar;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code then}: {@code permit}, {@code deny}, or a mapping that says more. */
final class ExpectedReader {
    private static final List<String> DECISIONS = List.of("permit", "deny");
    private static final List<String> REASONS =
            Stream.of(DenyReason.values()).map(Enum::name).toList();

    private final GivenValues values;
    private final Map<ResourcePath, PolicyValue.Fields> documents;

    ExpectedReader(GivenValues values, Map<ResourcePath, PolicyValue.Fields> documents) {
        this.values = values;
        this.documents = documents;
    }

    /**
     * Reads it.
     *
     * @param asked what is done; null after a problem
     * @return null after a problem
     */
    @Nullable
    Expected read(YamlNode node, @Nullable Asked asked) {
        if (node instanceof YamlScalar word) {
            return decision(word)
                    .map(permit -> new Expected(permit, null, null, null, null, null, null, null))
                    .orElse(null);
        }
        YamlMapping then = node.asMapping();
        if (then == null) {
            return null;
        }
        Optional<Boolean> permit =
                then.required("decision") instanceof YamlScalar word ? decision(word) : Optional.empty();
        DenyReason reason = reason(then);
        Expected expected = new Expected(
                permit.orElse(false),
                reason,
                then.optionalString("tier"),
                then.optionalString("rule"),
                then.optionalString("credential"),
                visible(then, asked),
                then.optionalString("filter"),
                fields(then, asked));
        then.noOtherKeys();
        if (permit.isEmpty()) {
            return null;
        }
        for (String key : permit.get() ? List.of("reason") : List.of("credential", "visible", "filter", "fields")) {
            YamlMapping.Entry entry = then.entry(key);
            if (entry != null) {
                entry.key().problem(permit.get() ? "a permit has no `reason`" : "what is denied has no `" + key + "`");
            }
        }
        return expected;
    }

    private static Optional<Boolean> decision(YamlScalar word) {
        String text = word.asString();
        if (text != null && !DECISIONS.contains(text)) {
            word.problem("`" + text + "` is no decision", "write permit or deny");
        }
        return text == null || !DECISIONS.contains(text) ? Optional.empty() : Optional.of(text.equals("permit"));
    }

    private static @Nullable DenyReason reason(YamlMapping then) {
        YamlNode node = then.optional("reason");
        String text = node == null ? null : node.asString();
        if (node == null || text == null) {
            return null;
        }
        if (!REASONS.contains(text)) {
            Nearest.to(text, REASONS)
                    .ifPresentOrElse(
                            near -> node.problem("`" + text + "` is no reason; did you mean `" + near + "`?"),
                            () -> node.problem("`" + text + "` is no reason", "one of " + String.join(", ", REASONS)));
            return null;
        }
        return DenyReason.valueOf(text);
    }

    private @Nullable Set<ResourcePath> visible(YamlMapping then, @Nullable Asked asked) {
        YamlMapping.Entry entry = then.entry("visible");
        if (entry == null || asked == null) {
            return null;
        }
        Resource resource = asked.access().resource();
        Operation operation = asked.access().operation();
        if (operation != Operation.GET && operation != Operation.LIST && operation != Operation.GROUP) {
            entry.key().problem("`visible` is for get, list and group");
            return null;
        }
        Set<ResourcePath> visible = new LinkedHashSet<>();
        for (YamlScalar node : then.optionalStrings("visible")) {
            String text = node.text();
            // A bare id is in the collection that is listed.
            if (!text.startsWith("/")
                    && resource instanceof Resource.Collection
                    && !resource.toString().endsWith("*")) {
                text = resource + "/" + text;
            }
            Optional<Resource> read = ResourceText.read(Operation.GET, text);
            if (read.isEmpty()) {
                node.problem("`" + text + "` is no document", "write its path: /patients/p1");
            } else if (read.get() instanceof Resource.Document(var path)) {
                if (!documents.containsKey(path)) {
                    node.problem("`" + path + "` is not given", "add it under `documents`");
                }
                visible.add(path);
            }
        }
        return visible;
    }

    private PolicyValue.@Nullable Fields fields(YamlMapping then, @Nullable Asked asked) {
        YamlMapping mapping = then.optionalMapping("fields");
        YamlMapping.Entry entry = then.entry("fields");
        if (entry != null && asked != null && asked.access().operation() != Operation.GET) {
            entry.key().problem("`fields` is for get", "test what is shown of one document by getting it");
            return null;
        }
        return mapping == null ? null : values.fields(mapping);
    }
}
