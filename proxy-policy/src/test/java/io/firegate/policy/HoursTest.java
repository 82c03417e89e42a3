package io.firegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.firegate.policy.Standing.Held;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HoursTest {
    private static final Set<DayOfWeek> EVERY_DAY = EnumSet.allOf(DayOfWeek.class);
    private static final List<ZoneId> ZONES = List.of(
            ZoneId.of("Europe/Paris"),
            ZoneId.of("America/New_York"),
            ZoneId.of("Australia/Lord_Howe"),
            ZoneId.of("Asia/Kathmandu"),
            ZoneId.of("Pacific/Apia"),
            ZoneId.of("America/Sao_Paulo"),
            ZoneId.of("UTC"));

    /** The clocks of Paris skip 02:00 to 03:00 on 2026-03-29 and repeat it on 2026-10-25. */
    @ParameterizedTest
    @CsvSource({
        // The hour that never comes.
        "02:15, 02:45, 2026-03-29T00:30:00Z, false",
        "02:15, 02:45, 2026-03-29T01:30:00Z, false",
        "01:30, 02:30, 2026-03-29T00:59:59Z, true",
        "01:30, 02:30, 2026-03-29T01:00:00Z, false",
        "02:30, 04:00, 2026-03-29T00:59:59Z, false",
        "02:30, 04:00, 2026-03-29T01:00:00Z, true",
        // The hour that comes twice.
        "02:15, 02:45, 2026-10-25T00:14:59Z, false",
        "02:15, 02:45, 2026-10-25T00:15:00Z, true",
        "02:15, 02:45, 2026-10-25T00:45:00Z, false",
        "02:15, 02:45, 2026-10-25T01:14:59Z, false",
        "02:15, 02:45, 2026-10-25T01:15:00Z, true",
        "02:15, 02:45, 2026-10-25T01:45:00Z, false",
        // Over midnight, and to its very end.
        "22:00, 06:00, 2026-11-27T21:00:00Z, true",
        "22:00, 06:00, 2026-11-28T04:59:59Z, true",
        "22:00, 06:00, 2026-11-28T05:00:00Z, false",
        "20:00, 24:00, 2026-11-27T22:59:59Z, true",
        "20:00, 24:00, 2026-11-27T23:00:00Z, false",
        "00:00, 24:00, 2026-11-27T23:00:00Z, true",
    })
    void isWhatTheClockOnTheWallShows(String from, String to, Instant now, boolean within) {
        assertThat(hours(EVERY_DAY, minute(from), minute(to), ZONES.get(0)).at(now))
                .isEqualTo(within);
    }

    @Test
    void overMidnightTheDayIsTheOneItBeganOn() {
        Hours friday = hours(Set.of(DayOfWeek.FRIDAY), minute("22:00"), minute("06:00"), ZoneId.of("UTC"));
        assertThat(friday.at(Instant.parse("2026-11-27T23:00:00Z"))).isTrue();
        assertThat(friday.at(Instant.parse("2026-11-28T05:00:00Z"))).isTrue();
        assertThat(friday.at(Instant.parse("2026-11-27T05:00:00Z"))).isFalse();
        assertThat(friday.at(Instant.parse("2026-11-28T23:00:00Z"))).isFalse();
    }

    /** Beside the plainest reading of the same words, and: nothing changes before the boundary. */
    @Test
    void changesAtNoMomentButABoundary() {
        long seed = Long.getLong("seed", 20_261_128L);
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            Set<DayOfWeek> days = EnumSet.of(DayOfWeek.of(1 + random.nextInt(7)), DayOfWeek.of(1 + random.nextInt(7)));
            int from = random.nextInt(24 * 12) * 5;
            int to = 5 + random.nextInt(24 * 12) * 5;
            if (from == to) {
                continue;
            }
            Hours hours = hours(days, from, to, ZONES.get(random.nextInt(ZONES.size())));
            // Two years, half of the rounds within two days of a change of the clocks.
            Instant now = Instant.parse("2010-12-01T00:00:00Z").plusSeconds(random.nextInt(730 * 86_400));
            var shift = hours.zone().getRules().nextTransition(now);
            if (shift != null && random.nextBoolean()) {
                now = shift.getInstant().plusSeconds(random.nextInt(4 * 86_400) - 2 * 86_400);
            }
            Instant boundary = hours.boundary(now);
            String what = "seed " + seed + " round " + round + ": " + hours + " at " + now + " until " + boundary;
            assertThat(boundary).as(what).isAfter(now);
            boolean within = hours.at(now);
            assertThat(within).as(what).isEqualTo(plainly(hours, now));
            Duration left = Duration.between(now, boundary);
            for (int i = 0; i < 60; i++) {
                Instant between = now.plusMillis((long) (random.nextDouble() * left.toMillis()));
                assertThat(hours.at(between)).as(what + ", at " + between).isEqualTo(within);
            }
            assertThat(hours.at(boundary.minusNanos(1))).as(what).isEqualTo(within);
        }
    }

    /** Minute by minute of every day it may begin on. */
    private static boolean plainly(Hours hours, Instant now) {
        LocalDateTime shown = LocalDateTime.ofInstant(now, hours.zone());
        for (int ago = 0; ago <= 1; ago++) {
            LocalDateTime day = shown.toLocalDate().minusDays(ago).atStartOfDay();
            LocalDateTime begins = day.plusMinutes(hours.from());
            LocalDateTime ends = day.plusMinutes(hours.to()).plusDays(hours.from() < hours.to() ? 0 : 1);
            if (hours.days().contains(day.getDayOfWeek()) && !shown.isBefore(begins) && shown.isBefore(ends)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void anyMomentAtAllHasAnAnswer() {
        Hours hours = hours(EVERY_DAY, 0, Hours.DAY_MINUTES, ZoneId.of("Pacific/Apia"));
        for (Instant now : List.of(Instant.MIN, Instant.MAX, Instant.EPOCH)) {
            assertThat(hours.at(now)).isTrue();
            assertThat(hours.boundary(now)).isNotNull();
        }
    }

    @Test
    void aStandingKnowsTheNextMomentThatMatters() {
        String policy = """
                version: 1
                tiers:
                  t: { databases: [p/d], credential: c, rules: [{ id: r, path: "/a/{a}", allow: [get] }] }
                bindings:
                  - { tier: t, roles: [A], until: 2026-12-01T00:00:00Z }
                  - { tier: t, roles: [B], require: { hours: "Mon-Fri 06:00-20:00 UTC" } }
                  - { tier: t, roles: [B], require: { hours: "Sat 10:00-11:00 UTC" }, until: 2026-11-28T10:30:00Z }
                  - { tier: t, roles: [C] }
                """;
        PolicySnapshot snapshot = ((Compilation.Compiled)
                        PolicyCompiler.compile(List.of(PolicyFile.of("policy.yaml", policy)), null))
                .snapshot();
        Instant friday = Instant.parse("2026-11-27T12:00:00Z");
        assertThat(next(snapshot, friday, "A")).isEqualTo("2026-12-01T00:00:00Z");
        assertThat(next(snapshot, Instant.parse("2026-12-01T00:00:00Z"), "A")).isEqualTo("never");
        assertThat(next(snapshot, friday, "B")).isEqualTo("2026-11-27T20:00:00Z");
        assertThat(next(snapshot, Instant.parse("2026-11-27T20:00:00Z"), "B")).isEqualTo("2026-11-28T10:00:00Z");
        assertThat(next(snapshot, Instant.parse("2026-11-28T10:00:00Z"), "B")).isEqualTo("2026-11-28T10:30:00Z");
        assertThat(next(snapshot, Instant.parse("2026-11-28T10:30:00Z"), "B")).isEqualTo("2026-11-30T06:00:00Z");
        assertThat(next(snapshot, friday, "C")).isEqualTo("never");
        assertThat(next(snapshot, friday, "A", "B")).isEqualTo("2026-11-27T20:00:00Z");
    }

    private static String next(PolicySnapshot snapshot, Instant now, String... roles) {
        Guid someone = new Guid("5b1f0a52-0000-4000-8000-0000000000ff");
        Standing standing = snapshot.standing(new Principal(
                someone, someone, Principal.Kind.USER, someone, Set.of(), Set.of(roles), "", Instant.MAX));
        assertThat(standing.held()).extracting(Held::tier).hasSize(1);
        Instant next = standing.nextChange(now);
        return next == null ? "never" : next.toString();
    }

    private static Hours hours(Set<DayOfWeek> days, int from, int to, ZoneId zone) {
        return new Hours(days + " " + from + "-" + to + " " + zone, days, from, to, zone);
    }

    private static int minute(String text) {
        return Integer.parseInt(text.substring(0, 2)) * 60 + Integer.parseInt(text.substring(3));
    }
}
