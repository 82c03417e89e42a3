package io.firegate.policy.check;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelBuilder;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.NullableType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelStandardFunctions;
import io.firegate.policy.condition.ConditionReader;
import io.firegate.policy.condition.PolicyValue;
import java.util.Map;

/** CEL as a check speaks it: its own names and functions beside the standard ones, within bounds. */
final class CheckLanguage {
    /** Parts of one expression: far beyond what a person reads, and each may be evaluated once for every element of an array. */
    static final int NODES_MAX = 250;

    /** Deepest nesting, and longest chain of one operator other than {@code &&} and {@code ||}: a few frames of the stack each. */
    static final int DEPTH_MAX = 50;

    /** Turns of all {@code all}, {@code exists}, {@code filter} and {@code map} of one evaluation together. */
    static final int ITERATIONS_MAX = 1_000;

    /** Longest regular expression: it is compiled anew for each evaluation. */
    static final int PATTERN_MAX = 200;

    /** Instructions a regular expression may come to: each character of the text may visit all of them. */
    static final int PATTERN_INSTRUCTIONS_MAX = 200;

    static final String MATCHES = "matches";

    private static final CelType REFERENCE = OpaqueType.create("reference");
    private static final CelType POINT = OpaqueType.create("geopoint");
    private static final CelType OBJECT = MapType.create(SimpleType.STRING, SimpleType.DYN);

    private static final Cel BASE = base();

    /** Tells whether a pattern is one: it is the same function that will be called. */
    private static final CelRuntime.Program PATTERN_PROBE = patternProbe();

    private CheckLanguage() {}

    /** What stands for a document that is looked up: no name a check can write. */
    static String lookup(int index) {
        return "@lookup" + index;
    }

    private static Cel base() {
        CelBuilder builder = CelFactory.plannerCelBuilder();
        for (int i = 0; i < ConditionReader.LOOKUPS_MAX; i++) {
            builder.addVar(lookup(i), OBJECT);
        }
        return builder.setOptions(CelOptions.current()
                        .maxExpressionCodePointSize(CheckCompiler.CHARS_MAX)
                        .maxParseExpressionNodeCount(NODES_MAX)
                        .maxParseRecursionDepth(DEPTH_MAX)
                        .comprehensionMaxIterations(ITERATIONS_MAX)
                        .maxRegexProgramSize(PATTERN_INSTRUCTIONS_MAX)
                        .enableHeterogeneousNumericComparisons(true)
                        .build())
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .setStandardFunctions(CelStandardFunctions.newBuilder()
                        .excludeFunctions(CelStandardFunctions.StandardFunction.CONTAINS)
                        .build())
                .addFunctionBindings(CelFunctionBinding.fromOverloads(
                        "contains",
                        CelFunctionBinding.from(
                                "contains_string", String.class, String.class, CheckLanguage::contains)))
                .addFunctionDeclarations(
                        member("path", SimpleType.STRING, REFERENCE),
                        member("latitude", SimpleType.DOUBLE, POINT),
                        member("longitude", SimpleType.DOUBLE, POINT))
                .addFunctionBindings(CelFunctionBinding.fromOverloads(
                        "path",
                        CelFunctionBinding.from("path", CheckValues.Reference.class, CheckValues.Reference::local)))
                .addFunctionBindings(CelFunctionBinding.fromOverloads(
                        "latitude",
                        CelFunctionBinding.from("latitude", PolicyValue.Point.class, PolicyValue.Point::latitude)))
                .addFunctionBindings(CelFunctionBinding.fromOverloads(
                        "longitude",
                        CelFunctionBinding.from("longitude", PolicyValue.Point.class, PolicyValue.Point::longitude)))
                .addVar("now", SimpleType.TIMESTAMP)
                .addVar("caller.oid", SimpleType.STRING)
                .addVar("caller.tenant", SimpleType.STRING)
                .addVar("caller.app", SimpleType.STRING)
                .addVar("caller.agent", NullableType.create(SimpleType.STRING))
                .addVar("caller.claims", OBJECT)
                .addVar("grant", MapType.create(SimpleType.STRING, ListType.create(SimpleType.DYN)))
                .build();
    }

    private static CelFunctionDecl member(String name, CelType result, CelType of) {
        return CelFunctionDecl.newFunctionDeclaration(name, CelOverloadDecl.newMemberOverload(name, result, of));
    }

    private static CelRuntime.Program patternProbe() {
        try {
            Cel cel = BASE.toCelBuilder().addVar("pattern", SimpleType.STRING).build();
            return cel.createProgram(cel.compile("''.matches(pattern)").getAst());
        } catch (dev.cel.common.CelValidationException | CelEvaluationException e) {
            throw new AssertionError("the probe is an expression", e);
        }
    }

    /** Whether a regular expression can be used, and within its bounds. */
    static boolean isPattern(String text) {
        try {
            PATTERN_PROBE.eval(Map.of("pattern", text));
            return text.length() <= PATTERN_MAX;
        } catch (CelEvaluationException e) {
            return false;
        }
    }

    /** The language of a rule that allows these writes and has these variables in its path. */
    static Cel of(CheckScope scope) {
        boolean changes = scope.creates() || scope.updates();
        boolean replaces = scope.updates() || scope.deletes();
        CelBuilder builder = BASE.toCelBuilder()
                .addVar("doc", document(changes, scope.deletes()))
                .addVar("old", document(replaces, scope.creates()));
        for (String variable : scope.variables()) {
            builder.addVar(variable, SimpleType.STRING);
        }
        return builder.build();
    }

    /** Typed as far as the rule's operations tell. */
    private static CelType document(boolean canBeThere, boolean canBeNull) {
        return !canBeNull ? OBJECT : canBeThere ? SimpleType.DYN : SimpleType.NULL_TYPE;
    }

    /**
     * Whether one text stands in another, in time that grows with their lengths and not with the product (Knuth, Morris and Pratt, "Fast
     * pattern matching in strings", 1977): both may be the caller's.
     */
    static boolean contains(String text, String part) {
        int[] back = new int[part.length()];
        for (int i = 1, k = 0; i < part.length(); i++) {
            while (k > 0 && part.charAt(i) != part.charAt(k)) {
                k = back[k - 1];
            }
            k += part.charAt(i) == part.charAt(k) ? 1 : 0;
            back[i] = k;
        }
        int matched = 0;
        for (int i = 0; i < text.length() && matched < part.length(); i++) {
            while (matched > 0 && text.charAt(i) != part.charAt(matched)) {
                matched = back[matched - 1];
            }
            matched += text.charAt(i) == part.charAt(matched) ? 1 : 0;
        }
        return matched == part.length();
    }
}
