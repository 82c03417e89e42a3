package io.firegate.auth.entra;

import io.firegate.policy.Guid;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The ids of groups and applications, one object for each: a few hundred of them stand in the tokens of a hundred thousand people. Bounded
 * by its table; an id that finds no place near its own is not kept. Safe for any thread.
 */
final class SharedGuids {
    /** 256 KiB with their hashes where pointers are compressed; more groups than that are in no policy and in few directories. */
    private static final int PLACES = 1 << 15;

    /** Places looked at for one id, so that a full table costs no more than an empty one. */
    private static final int TRIES = 8;

    private final AtomicReferenceArray<@Nullable Guid> places = new AtomicReferenceArray<>(PLACES);

    /**
     * The hash of each place's id, made odd; 0 where there is none yet. An id that is not kept is told by it from those at its places without
     * a look at them, each of which would be a wait for memory. Written after its place and read in no order, so it may be late.
     */
    private final int[] marks = new int[PLACES];

    /** The object for an id. Only of tokens whose signature is good: a stranger must not fill this. */
    Guid of(Guid read) {
        int first = read.hashCode();
        int mark = first | 1;
        for (int i = first; i < first + TRIES; i++) {
            int place = i & (PLACES - 1);
            int known = marks[place];
            if (known != 0 && known != mark) {
                continue;
            }
            Guid there = places.get(place);
            if (there == null) {
                there = places.compareAndExchange(place, null, read);
                if (there == null) {
                    marks[place] = mark;
                    return read;
                }
            }
            if (there.equals(read)) {
                return there;
            }
        }
        return read;
    }
}
