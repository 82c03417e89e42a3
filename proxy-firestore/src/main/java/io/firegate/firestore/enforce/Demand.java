package io.firegate.firestore.enforce;

import io.firegate.policy.Decision;
import io.firegate.policy.DenyReason;
import io.firegate.policy.Obligations;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A kind of obligation that a method either carries out or cannot be permitted under. */
enum Demand {
    ROWS,
    FIELDS,
    WRITE_GUARD,
    /** Documents that conditions look up are read first, and the request at the same moment. */
    LOOKUPS;

    static final String LOOKED_UP = "what permits it looks up other documents";

    /** What reads carry out; a guard of writes asks nothing of them. */
    static final Set<Demand> OF_READS = Set.copyOf(EnumSet.allOf(Demand.class));

    /** What there is to carry out. Each new kind of obligation breaks the compile here. */
    static Set<Demand> of(Obligations obligations) {
        Set<Demand> demands = EnumSet.noneOf(Demand.class);
        switch (obligations.rows()) {
            case Obligations.RowFilter.AllRows.INSTANCE -> {}
            case Obligations.RowFilter.Rows rows -> demands.add(ROWS);
        }
        switch (obligations.fields()) {
            case Obligations.FieldMask.AllFields.INSTANCE -> {}
            case Obligations.FieldMask.Hidden hidden -> demands.add(FIELDS);
            case Obligations.FieldMask.Shown shown -> demands.add(FIELDS);
        }
        switch (obligations.write()) {
            case Obligations.WriteGuard.NoGuard.INSTANCE -> {}
            case Obligations.WriteGuard.Readonly readonly -> demands.add(WRITE_GUARD);
        }
        switch (obligations.check()) {
            case Obligations.WriteCheck.NoCheck.INSTANCE -> {}
            case Obligations.WriteCheck.OneOf check -> demands.add(WRITE_GUARD);
            case Obligations.WriteCheck.OneOfEach checks -> demands.add(WRITE_GUARD);
        }
        if (awaits(obligations)) {
            demands.add(LOOKUPS);
        }
        return demands;
    }

    /** Refuses a permit that demands what is not carried out. */
    static Decision.Settled enforceable(Decision.Settled decision, Set<Demand> met) {
        if (decision instanceof Decision.Permit permit) {
            for (Decision.Grant grant : permit.grants()) {
                Obligations obligations = grant.obligations();
                Set<Demand> demands = obligations.equals(Obligations.NONE) ? Set.of() : of(obligations);
                if (!met.containsAll(demands)) {
                    boolean looksUp = demands.contains(LOOKUPS) && !met.contains(LOOKUPS);
                    return unmet(grant, looksUp ? LOOKED_UP : null);
                }
            }
        }
        return decision;
    }

    private static boolean awaits(Obligations obligations) {
        Set<String> documents = new HashSet<>();
        obligations.awaited(documents);
        return !documents.isEmpty();
    }

    /** The refusal of a request that cannot be carried out as its permit demands. */
    static Decision.Deny unmet(Decision.Grant grant, @Nullable String detail) {
        return new Decision.Deny(DenyReason.UNENFORCEABLE, grant.access(), grant.tier(), grant.rule(), detail, null);
    }
}
