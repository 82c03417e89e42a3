package io.firegate.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceParentTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 4bf92f3577b34da6a3ce929d0e0e4736",
                "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 4bf92f3577b34da6a3ce929d0e0e4736",
                "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more, 4bf92f3577b34da6a3ce929d0e0e4736",
                "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x, null",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more, null",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, null",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01, null",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01, null",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01, null",
                "00-4bf92f3577b34da6a3ce929d0e0e473\"-00f067aa0ba902b7-01, null",
                "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, null",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0, null",
                "'', null",
                "null, null",
            })
    void readsWhatTheSpecificationAllows(@Nullable String header, @Nullable String traceId) {
        assertThat(TraceParent.traceId(header)).isEqualTo(traceId);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,"
                        + " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-Bearer eyJ0,"
                        + " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more, null",
                "null, null",
            })
    void passesOnWhatItKnows(@Nullable String header, @Nullable String passedOn) {
        assertThat(TraceParent.passedOn(header)).isEqualTo(passedOn);
    }
}
