package io.firegate.policy.suite;

import io.firegate.policy.Access;
import io.firegate.policy.AccessRequest;
import io.firegate.policy.DatabaseName;
import io.firegate.policy.DenyReason;
import io.firegate.policy.IpAddress;
import io.firegate.policy.Lookups;
import io.firegate.policy.Principal;
import io.firegate.policy.ResourcePath;
import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.yaml.Position;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One test: somebody does something, and this is to come of it.
 *
 * @param position where it stands
 * @param name what it shows, unique in its suite
 * @param principal who
 * @param database where
 * @param namedTier the tier the caller asks for, or null
 * @param now when
 * @param address where from, or null
 * @param when what
 * @param then what is to come of it
 */
public record SuiteCase(
        Position position,
        String name,
        Principal principal,
        DatabaseName database,
        @Nullable String namedTier,
        Instant now,
        @Nullable IpAddress address,
        Asked when,
        Expected then) {

    /**
     * What is done.
     *
     * @param access operation and resource
     * @param document what a write writes; null for what writes none
     * @param mask which fields an update writes; null for all
     */
    public record Asked(
            Access access,
            PolicyValue.@Nullable Fields document,
            @Nullable List<FieldPath> mask) {
        public Asked {
            mask = mask == null ? null : List.copyOf(mask);
        }
    }

    /**
     * What is to come of it. What is null is not looked at.
     *
     * @param permit whether it is permitted
     * @param reason why it is not
     * @param tier the tier that decides
     * @param rule the rule that decides
     * @param credential what it is forwarded with
     * @param visible which of the given documents are answered
     * @param filter what is demanded of documents, in words
     * @param fields what is seen of the one document
     */
    public record Expected(
            boolean permit,
            @Nullable DenyReason reason,
            @Nullable String tier,
            @Nullable String rule,
            @Nullable String credential,
            @Nullable Set<ResourcePath> visible,
            @Nullable String filter,
            PolicyValue.@Nullable Fields fields) {
        public Expected {
            visible = visible == null ? null : Set.copyOf(visible);
        }
    }

    /** The question the policy is asked. */
    AccessRequest request(Access access) {
        return new AccessRequest(database, List.of(access), namedTier, null, now, address, Lookups.NONE);
    }
}
