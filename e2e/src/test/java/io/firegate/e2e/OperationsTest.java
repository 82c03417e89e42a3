package io.firegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.firestore.Firestore;
import io.firegate.fixtures.emulator.FirestoreEmulator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The operations of {@code operations.yaml} do what they say, straight to the emulator: the yardstick is tested first. */
@SuppressWarnings("try") // closing a client may be interrupted, and then the test ends
class OperationsTest {
    @Test
    void everyPermittedOperationIsOne() throws Exception {
        try (FirestoreEmulator emulator = FirestoreEmulator.start();
                Firestore firestore = Clients.direct(emulator.endpoint(), "operations-test", "(default)")) {
            OperationRunner runner = new OperationRunner(firestore);
            for (OperationCase operation : OperationCase.permitted()) {
                operation.assertExpected(runner.run(operation.operation()));
            }
            assertThat(runner.run(OperationReader.read("", Map.of("get", "things/types"))))
                    .isInstanceOfSatisfying(
                            Outcome.Answered.class,
                            answered -> assertThat(answered.lines())
                                    .singleElement()
                                    .asString()
                                    .contains(
                                            "int: 9007199254740993, ", "whole: 1.0", "nan: NaN", "ref: ref(things/a)"));
            emulator.clear("operations-test", "(default)");
        }
    }

    @Test
    void unknownKeysFail() {
        assertThatThrownBy(() -> OperationReader.read("here", Map.of("query", Map.of("from", "a", "were", List.of()))))
                .hasMessage("here.query: unknown keys [were]");
        assertThatThrownBy(() -> OperationReader.read("here", Map.of("fetch", "a/b")))
                .hasMessage("here: unknown call fetch");
    }
}
