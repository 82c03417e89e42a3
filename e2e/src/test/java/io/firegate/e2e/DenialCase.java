package io.firegate.e2e;

import java.util.List;

/**
 * One case of {@code denials.yaml}.
 *
 * @param as who asks
 * @param reason the {@code ErrorInfo} reason
 */
record DenialCase(String name, String as, Operation operation, String reason) {
    static List<DenialCase> load() {
        return OperationReader.cases(DenialCase.class, "denials.yaml").stream()
                .map(map -> {
                    DenialCase read = new DenialCase(
                            map.text("name"),
                            map.text("as"),
                            OperationReader.read(map.text("name"), map.any("do")),
                            map.text("reason"));
                    map.done();
                    return read;
                })
                .toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
