package io.firegate.policy;

import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.yaml.Position;
import java.util.List;
import java.util.Map;

/** A named level of access: databases, a Google credential and rules. Immutable. */
final class Tier {
    private final String name;
    private final int rank;
    private final List<DatabasePattern> databases;
    private final String credential;
    private final List<Rule> rules;
    private final PathIndex index;
    private final boolean limited;
    /** Only asked for sets of documents, which shapes know nothing of. */
    private final PathIndex singled = new PathIndex(0);

    private final Position position;

    /** A tier whose rules all stand in the index. */
    Tier(
            String name,
            int rank,
            List<DatabasePattern> databases,
            String credential,
            List<Rule> rules,
            PathIndex index,
            Position position) {
        this.name = name;
        this.rank = rank;
        this.databases = List.copyOf(databases);
        this.credential = credential;
        this.rules = List.copyOf(rules);
        this.index = index;
        this.position = position;
        boolean anyLimited = false;
        for (Rule rule : rules) {
            if (rule.terms().limited()) {
                anyLimited = true;
                if (rule.pattern().namesDocument() && rule.allows(Operation.GET)) {
                    singled.add(rule);
                }
            }
        }
        this.limited = anyLimited;
    }

    String name() {
        return name;
    }

    /** Its place in the policy; the smaller serves first. */
    int rank() {
        return rank;
    }

    String credential() {
        return credential;
    }

    List<DatabasePattern> databases() {
        return databases;
    }

    List<Rule> rules() {
        return rules;
    }

    PathIndex index() {
        return index;
    }

    /** Whether any of its rules demands anything of whoever carries a permit out. */
    boolean limited() {
        return limited;
    }

    /** Those of its rules that limit the {@code get} of a single document. */
    PathIndex singled() {
        return singled;
    }

    Position position() {
        return position;
    }

    /** Whether it serves a database at all, whatever is granted. */
    boolean serves(DatabaseName database) {
        for (int i = 0; i < databases.size(); i++) {
            if (databases.get(i).fits(database)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it serves a database to who holds it by one tuple. */
    boolean serves(DatabaseName database, Map<String, List<PolicyValue>> grants) {
        for (int i = 0; i < databases.size(); i++) {
            if (databases.get(i).fits(database, grants)) {
                return true;
            }
        }
        return false;
    }
}
