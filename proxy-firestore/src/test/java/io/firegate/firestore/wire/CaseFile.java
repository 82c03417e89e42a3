package io.firegate.firestore.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Cases as lines of four columns between bars; empty lines and those that begin with {@code #} are none. */
final class CaseFile {
    private CaseFile() {}

    /** The columns of each case of a file beside this class, without the blanks around them. */
    static List<List<String>> rows(String name) throws IOException {
        try (InputStream stream = Objects.requireNonNull(CaseFile.class.getResourceAsStream(name))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> {
                        List<String> columns = List.of(line.split("\\|", -1)).stream()
                                .map(String::trim)
                                .toList();
                        assertThat(columns).as(line).hasSize(4);
                        return columns;
                    })
                    .toList();
        }
    }
}
