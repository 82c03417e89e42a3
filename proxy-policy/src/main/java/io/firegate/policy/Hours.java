package io.firegate.policy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hours of some days of the week, by what the clock on the wall of a time zone shows: an hour the clocks skip never comes, one they
 * repeat comes twice.
 *
 * @param text as the policy writes it
 * @param days the days it begins on
 * @param from minute of the day it begins with
 * @param to minute of the day it ends before, up to {@link #DAY_MINUTES}; not after {@code from} when it ends on the day after
 * @param zone whose clock
 */
record Hours(String text, Set<DayOfWeek> days, int from, int to, ZoneId zone) {
    /** Minutes of a day; as an end midnight. */
    static final int DAY_MINUTES = 24 * 60;

    /** Seconds of a million years. */
    private static final long LONG_AGO = 31_556_952_000_000L;

    Hours {
        days = Set.copyOf(days);
    }

    /** What the clock shows. At the ends of time, which the calendar does not reach, it stands still. */
    private static LocalDateTime shown(Instant now, ZoneId zone) {
        return LocalDateTime.ofInstant(
                Instant.ofEpochSecond(Math.clamp(now.getEpochSecond(), -LONG_AGO, LONG_AGO)), zone);
    }

    /** Whether it is that time. */
    boolean at(Instant now) {
        LocalDateTime shown = shown(now, zone);
        int minute = shown.getHour() * 60 + shown.getMinute();
        DayOfWeek day = shown.getDayOfWeek();
        if (from < to) {
            return minute >= from && minute < to && days.contains(day);
        }
        return (minute >= from && days.contains(day)) || (minute < to && days.contains(day.minus(1)));
    }

    /** The next moment after {@code now} from which {@link #at} may answer otherwise; until then it answers the same. */
    Instant boundary(Instant now) {
        ZoneRules rules = zone.getRules();
        ZoneOffsetTransition shift = rules.nextTransition(now);
        Instant next = shift == null ? Instant.MAX : shift.getInstant();
        LocalDate today = shown(now, zone).toLocalDate();
        // From yesterday, whose hours may end today, to the same day of the next week.
        for (int ahead = -1; ahead <= 7; ahead++) {
            LocalDate day = today.plusDays(ahead);
            if (days.contains(day.getDayOfWeek())) {
                next = earlier(next, first(day, from, rules, now));
                next = earlier(next, first(from < to ? day : day.plusDays(1), to, rules, now));
            }
        }
        return next;
    }

    private static Instant earlier(Instant a, @Nullable Instant b) {
        return b == null || a.isBefore(b) ? a : b;
    }

    /** The first moment after {@code now} at which the clock shows a minute of a day; null when there is none. */
    private static @Nullable Instant first(LocalDate day, int minute, ZoneRules rules, Instant now) {
        LocalDateTime shown = day.atStartOfDay().plusMinutes(minute);
        for (ZoneOffset offset : rules.getValidOffsets(shown)) {
            Instant moment = shown.toInstant(offset);
            if (moment.isAfter(now)) {
                return moment;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return text;
    }
}
