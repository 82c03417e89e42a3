package io.firegate.e2e;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.Set;

/** What may see what. ARCHITECTURE.md draws the same arrows. */
@AnalyzeClasses(packages = "io.firegate", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleBordersTest {
    private static final String POLICY = "io.firegate.policy..";
    private static final String AUTH = "io.firegate.auth..";
    private static final String FIRESTORE = "io.firegate.firestore..";
    private static final String FIXTURES = "io.firegate.fixtures..";
    private static final String E2E = "io.firegate.e2e..";
    private static final String BENCHMARKS = "io.firegate.benchmarks..";

    @ArchTest
    static final ArchRule policyIsPure = noClasses()
            .that()
            .resideInAPackage(POLICY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netty..",
                    "com.google.protobuf..",
                    "com.google.firestore..",
                    "org.slf4j..",
                    "java.nio.file..",
                    "java.nio.channels..",
                    "java.net.http..",
                    "java.util.logging..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.File")
            .orShould()
            .dependOnClassesThat(assignableTo(InstantSource.class))
            .orShould()
            .dependOnClassesThat(assignableTo(Thread.class))
            .because("proxy-policy is values in, values out: no I/O, clock, thread or wire format");

    @ArchTest
    static final ArchRule policySeesNobody = noClasses()
            .that()
            .resideInAPackage(POLICY)
            .should()
            .dependOnClassesThat(ownOutside(POLICY))
            .because("proxy-policy is below every other module");

    @ArchTest
    static final ArchRule authSeesPolicyOnly = noClasses()
            .that()
            .resideInAPackage(AUTH)
            .should()
            .dependOnClassesThat(ownOutside(POLICY, AUTH))
            .because("proxy-auth knows neither the wire nor the program");

    @ArchTest
    static final ArchRule firestoreSeesPolicyOnly = noClasses()
            .that()
            .resideInAPackage(FIRESTORE)
            .should()
            .dependOnClassesThat(ownOutside(POLICY, FIRESTORE))
            .because("proxy-firestore knows neither tokens nor the program");

    @ArchTest
    static final ArchRule fieldsArePure = noClasses()
            .that()
            .resideInAPackage("io.firegate.firestore.fields..")
            .should()
            .dependOnClassesThat(ownOutside(
                    POLICY,
                    "io.firegate.firestore.fields..",
                    "io.firegate.firestore.rows..",
                    "io.firegate.firestore.wire.."))
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty..", "java.nio.file..", "java.net..")
            .because("what is visible of a document is values in, values out");

    @ArchTest
    static final ArchRule nettyStaysOnTheWire = noClasses()
            .that()
            .resideInAnyPackage(AUTH, POLICY)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..")
            .because("what verifies and what decides must run without a network");

    @ArchTest
    static final ArchRule protobufStaysInFirestore = noClasses()
            .that()
            .resideOutsideOfPackages(FIRESTORE, FIXTURES, E2E, BENCHMARKS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.protobuf..", "com.google.firestore..", "com.google.rpc..")
            .because("generated types end at proxy-firestore; the rest sees accesses and verdicts");

    @ArchTest
    static final ArchRule nimbusStaysInFixtures = noClasses()
            .that()
            .resideOutsideOfPackage(FIXTURES)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.nimbusds..")
            .because("the program reads tokens by itself, and what tests it reads them by other means");

    @ArchTest
    static final ArchRule theProgramUsesNoTestCode = noClasses()
            .that()
            .resideOutsideOfPackages(FIXTURES, E2E, BENCHMARKS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(FIXTURES, E2E, BENCHMARKS)
            .because("the demo and the fixtures are not published");

    @ArchTest
    static final ArchRule timeAndEnvironmentEnterInMain = noClasses()
            .that()
            .resideOutsideOfPackages(FIXTURES, E2E, BENCHMARKS)
            .and()
            .doNotHaveFullyQualifiedName("io.firegate.cli.Main")
            .should()
            .callMethodWhere(readsTheWorld())
            .orShould()
            .callConstructor(Date.class)
            .because(
                    "wall-clock time, environment and standard streams enter in io.firegate.cli.Main and nowhere else");

    @ArchTest
    static final ArchRule namesSayWhatAThingIs = noClasses()
            .should()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .because("such a name says that nobody knew what the class is");

    private static DescribedPredicate<JavaClass> ownOutside(String... allowed) {
        return JavaClass.Predicates.resideInAPackage("io.firegate..")
                .and(JavaClass.Predicates.resideOutsideOfPackages(allowed));
    }

    private static DescribedPredicate<JavaCall<?>> readsTheWorld() {
        Set<Class<?>> clocks = Set.of(
                Clock.class,
                InstantSource.class,
                Instant.class,
                LocalDate.class,
                LocalDateTime.class,
                OffsetDateTime.class,
                ZonedDateTime.class);
        return describe(
                "reads the wall clock or the environment",
                call -> target(owner(assignableTo(System.class)))
                                .and(target(nameMatching("getenv|currentTimeMillis")))
                                .test(call)
                        || (clocks.stream()
                                        .anyMatch(clock -> target(owner(assignableTo(clock)))
                                                .test(call))
                                && target(nameMatching("now|system.*|tick.*")).test(call)));
    }
}
