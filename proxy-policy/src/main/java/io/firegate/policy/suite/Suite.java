package io.firegate.policy.suite;

import io.firegate.policy.Principal;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.PolicyValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One file of tests.
 *
 * @param file its name as the operator knows it
 * @param documents what is stored when each test begins, by path, in every database
 * @param principals who may act, by name
 * @param cases the tests, in order
 */
public record Suite(
        String file,
        Map<ResourcePath, PolicyValue.Fields> documents,
        Map<String, Principal> principals,
        List<SuiteCase> cases) {
    /** Whether a file of this name is a suite. */
    public static boolean isSuite(String path) {
        return path.endsWith("_test.yaml");
    }

    public Suite {
        documents = new LinkedHashMap<>(documents);
        principals = new LinkedHashMap<>(principals);
        cases = List.copyOf(cases);
    }
}
