package io.firegate.firestore.enforce;

import com.google.protobuf.Timestamp;
import io.firegate.policy.Decision;
import io.firegate.policy.Lookups;

/**
 * What was looked up for a request before it could be judged.
 *
 * @param before what is permitted whatever is found
 * @param lookups what was found
 * @param at when
 * @param begun the transaction it was read in, when that began with it; without an id otherwise
 */
record Looked(Decision.Permit before, Lookups lookups, Timestamp at, BegunTransaction begun) {}
