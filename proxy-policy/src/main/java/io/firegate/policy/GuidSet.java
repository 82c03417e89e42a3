package io.firegate.policy;

import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Ids of groups in order: an immutable set that takes half of what the general one does, of which there are a hundred thousand. */
public final class GuidSet extends AbstractSet<Guid> {
    private static final GuidSet EMPTY = new GuidSet(new Guid[0]);

    private final Guid[] sorted;

    private GuidSet(Guid[] sorted) {
        this.sorted = sorted;
    }

    /** Those of the ids that differ. */
    public static Set<Guid> of(Collection<Guid> ids) {
        if (ids instanceof GuidSet already) {
            return already;
        }
        if (ids.isEmpty()) {
            return EMPTY;
        }
        Guid[] sorted = ids.toArray(Guid[]::new);
        Arrays.sort(sorted);
        int kept = 1;
        for (int i = 1; i < sorted.length; i++) {
            if (!sorted[i].equals(sorted[kept - 1])) {
                sorted[kept++] = sorted[i];
            }
        }
        return new GuidSet(kept == sorted.length ? sorted : Arrays.copyOf(sorted, kept));
    }

    @Override
    public boolean contains(@Nullable Object id) {
        return id instanceof Guid && Arrays.binarySearch(sorted, id) >= 0;
    }

    @Override
    public Iterator<Guid> iterator() {
        return Arrays.asList(sorted).iterator();
    }

    @Override
    public int size() {
        return sorted.length;
    }
}
