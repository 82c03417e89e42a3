package io.firegate.policy.yaml;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A list of values. */
public final class YamlSequence extends YamlNode implements Iterable<YamlNode> {
    private final List<YamlNode> items = new ArrayList<>();

    YamlSequence(YamlSource source, int line, int column) {
        super(source, line, column);
    }

    void add(YamlNode item) {
        items.add(item);
    }

    /** How many values. */
    public int size() {
        return items.size();
    }

    /** The values in order. */
    @Override
    public Iterator<YamlNode> iterator() {
        return List.copyOf(items).iterator();
    }

    /** The values that are strings; each other one is reported and left out. */
    public List<YamlScalar> strings() {
        List<YamlScalar> strings = new ArrayList<>(items.size());
        for (YamlNode item : items) {
            if (item.asString() != null && item instanceof YamlScalar scalar) {
                strings.add(scalar);
            }
        }
        return strings;
    }

    @Override
    String described() {
        return "a list";
    }

    @Override
    public YamlSequence asSequence() {
        return this;
    }
}
