package io.firegate.exchange;

import io.firegate.policy.Decision;
import io.firegate.policy.Obligations;

/**
 * Which kinds of rule limit what a permitted request is answered. Follows from the permit alone, which is made before anything stored
 * is looked at, so that it is the same whatever there is to hide.
 */
public enum Filtered {
    /** No rule does. */
    NOT,
    /** A rule with {@code where}. */
    ROWS,
    /** A rule with {@code fields} that hides some. */
    FIELDS,
    /** Both, in one rule or in several. */
    ROWS_AND_FIELDS;

    /** What a permit demands of documents: for a guarded write, every grant it may be carried out under. */
    public static Filtered of(Decision.Permit permit) {
        boolean rows = false;
        boolean fields = false;
        for (Decision.Grant grant : permit.grants()) {
            rows |= grant.obligations().rows() != Obligations.RowFilter.AllRows.INSTANCE;
            fields |= grant.obligations().fields() != Obligations.FieldMask.AllFields.INSTANCE;
        }
        if (rows) {
            return fields ? ROWS_AND_FIELDS : ROWS;
        }
        return fields ? FIELDS : NOT;
    }
}
