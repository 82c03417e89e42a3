package io.firegate.doctor;

import io.firegate.auth.input.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who reaches a database without passing firegate, by an exported IAM policy. Pure. */
public final class IamReport {
    /** Predefined roles with {@code datastore.entities.get}, {@code list} or a write; basic roles among them. */
    private static final Set<String> DIRECT = Set.of(
            "roles/owner",
            "roles/editor",
            "roles/viewer",
            "roles/datastore.owner",
            "roles/datastore.user",
            "roles/datastore.viewer",
            "roles/firebase.admin",
            "roles/firebase.developAdmin",
            "roles/firebase.developViewer",
            "roles/firebase.viewer",
            "roles/firebase.sdkAdminServiceAgent");

    /** Roles that take documents out or put them in as a whole. */
    private static final Set<String> WHOLESALE = Set.of(
            "roles/datastore.importExportAdmin",
            "roles/datastore.backupsAdmin",
            "roles/datastore.restoreAdmin",
            "roles/datastore.cloneAdmin",
            "roles/datastore.bulkAdmin");

    /** Roles with which one becomes, or makes oneself, somebody who has one of the others. */
    private static final Set<String> INDIRECT = Set.of(
            "roles/iam.serviceAccountTokenCreator",
            "roles/iam.serviceAccountUser",
            "roles/iam.serviceAccountKeyAdmin",
            "roles/iam.serviceAccountAdmin",
            "roles/iam.workloadIdentityUser",
            "roles/iam.workloadIdentityPoolAdmin",
            "roles/iam.securityAdmin",
            "roles/iam.roleAdmin",
            "roles/iam.organizationRoleAdmin",
            "roles/resourcemanager.projectIamAdmin",
            "roles/resourcemanager.folderIamAdmin",
            "roles/resourcemanager.organizationAdmin");

    private static final Set<String> EVERYBODY = Set.of("allUsers", "allAuthenticatedUsers");

    private static final Pattern ONE_DATABASE =
            Pattern.compile("\\s*resource\\.name\\s*==\\s*[\"']projects/([^/\"']+)/databases/([^/\"']+)[\"']\\s*");

    private final List<String> lines;
    private final boolean open;

    private IamReport(List<String> lines, boolean open) {
        this.lines = List.copyOf(lines);
        this.open = open;
    }

    /**
     * Reads a policy as {@code gcloud ... get-iam-policy --format=json} prints it.
     *
     * @param own members that are firegate, exact
     * @param ownPools prefixes of federated members that are firegate
     * @param databases {@code project/database} of the policy; an exact condition on another one keeps its holders out
     * @return empty when the text is no such policy
     */
    public static Optional<IamReport> of(byte[] json, Set<String> own, Set<String> ownPools, Set<String> databases) {
        Map<String, Object> policy = StrictJson.object(json, StrictJson.Duplicates.REFUSED);
        if (policy == null || !(policy.getOrDefault("bindings", List.of()) instanceof List<?> bindings)) {
            return Optional.empty();
        }
        Map<String, Set<String>> around = new TreeMap<>();
        Set<String> ownHas = new TreeSet<>();
        boolean open = false;
        for (Object entry : bindings) {
            if (!(entry instanceof Map<?, ?> binding)
                    || !(binding.get("role") instanceof String role)
                    || !(binding.get("members") instanceof List<?> members)) {
                return Optional.empty();
            }
            String how = how(role);
            String condition = condition(binding.get("condition"));
            if (how.isEmpty() || isOfOther(condition, databases)) {
                continue;
            }
            for (Object listed : members) {
                if (!(listed instanceof String member)) {
                    return Optional.empty();
                }
                if (member.startsWith("deleted:")) {
                    continue;
                }
                boolean isOwn = own.contains(member) || ownPools.stream().anyMatch(member::startsWith);
                String right = role + " (" + how + ")" + (condition.isEmpty() ? "" : " if " + condition);
                if (isOwn) {
                    ownHas.add(member + ": " + right);
                } else {
                    open |= EVERYBODY.contains(member);
                    around.computeIfAbsent(member, key -> new TreeSet<>()).add(right);
                }
            }
        }
        List<String> lines = new ArrayList<>();
        ownHas.forEach(has -> lines.add("firegate's own: " + has));
        lines.add(around.isEmpty() ? "nobody reaches it around firegate by this policy" : "around firegate:");
        around.forEach((member, rights) -> {
            lines.add("  " + member + (EVERYBODY.contains(member) ? ": everybody in the world" : ""));
            rights.forEach(right -> lines.add("    " + right));
        });
        return Optional.of(new IamReport(lines, open));
    }

    private static String how(String role) {
        if (DIRECT.contains(role)) {
            return "reads or writes documents";
        } else if (WHOLESALE.contains(role)) {
            return "copies whole databases";
        } else if (INDIRECT.contains(role)) {
            return "can become or make somebody who does";
        }
        // What is in a custom role is not in the policy: it may be anything.
        return role.startsWith("roles/") ? "" : "a custom role; look: gcloud iam roles describe";
    }

    private static String condition(@Nullable Object condition) {
        return condition instanceof Map<?, ?> members && members.get("expression") instanceof String text
                ? text.replaceAll("\\s+", " ").strip()
                : "";
    }

    private static boolean isOfOther(String condition, Set<String> databases) {
        Matcher one = ONE_DATABASE.matcher(condition);
        return one.matches() && !databases.contains(one.group(1) + "/" + one.group(2));
    }

    /** The report, line by line. */
    public List<String> lines() {
        return lines;
    }

    /** Whether everybody in the world is among them. */
    public boolean isOpen() {
        return open;
    }
}
