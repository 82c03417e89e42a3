package io.firegate.policy.condition;

import io.firegate.policy.condition.Reading.Mention;
import io.firegate.policy.yaml.Nearest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Knows what the names of a condition stand for, and tells what those that stand for nothing may have been meant to be. */
final class NamedOperands {
    private static final Set<String> ROOTS = Set.of("doc", "caller", "grant");

    private static final Set<String> ATTRIBUTES = Set.of("oid", "tenant", "app", "agent", "claims");

    private final Set<String> variables;
    private final boolean variablesKnown;
    private final List<Mention> mentions;
    private final Relations.Told told;
    private boolean inPath;

    /**
     * Names.
     *
     * @param variables the variables of the rule's path; null when they are not known, then every name is taken for one
     * @param mentions gets what is named
     */
    NamedOperands(@Nullable Set<String> variables, List<Mention> mentions, Relations.Told told) {
        this.variables = variables == null ? Set.of() : variables;
        this.variablesKnown = variables != null;
        this.mentions = mentions;
        this.told = told;
    }

    /** Says whether the path of a lookup is being read. */
    void inPath(boolean now) {
        inPath = now;
    }

    /** A name with others behind dots. */
    Part of(Token name, List<Token> segments) {
        return switch (name.value()) {
            case "doc" -> field(name, segments);
            case "caller" -> caller(name, segments);
            case "grant" -> grant(name, segments);
            default -> {
                unknown(name, "`" + name.value() + "` has no members", ROOTS);
                yield new Part.Broken(name.at());
            }
        };
    }

    private void unknown(Token name, String message, Set<String> known) {
        Optional<String> near = Nearest.to(name.value(), known);
        if (near.isPresent()) {
            told.mistake(name.at(), message + "; did you mean `" + near.get() + "`?", null);
        } else {
            told.mistake(
                    name.at(),
                    message,
                    known.isEmpty()
                            ? "a field is doc.name, a string stands in quotes"
                            : "known: "
                                    + String.join(", ", known.stream().sorted().toList()));
        }
    }

    /** A name alone. */
    Part variable(Token name) {
        String word = name.value();
        if (!variablesKnown || variables.contains(word)) {
            mentions.add(new Mention.OfVariable(word, name.at()));
            return new Part.Single(new Operand.Variable(word), name.at());
        }
        if (ROOTS.contains(word)) {
            told.mistake(name.at(), "`" + word + "` alone", "name a part of it: " + word + ".name");
        } else {
            Optional<String> near = Nearest.to(word, variables);
            told.mistake(
                    name.at(),
                    "the path has no variable `" + word + "`"
                            + near.map(v -> "; did you mean `" + v + "`?").orElse(""),
                    near.isPresent() ? null : "a field is doc." + word + ", a string '" + word + "'");
        }
        return new Part.Broken(name.at());
    }

    private Part field(Token name, List<Token> segments) {
        FieldPath field = fieldPath(segments);
        if (field == null) {
            return new Part.Broken(name.at());
        }
        mentions.add(new Mention.OfField(field, name.at()));
        return new Part.Single(new Operand.Doc(field), name.at());
    }

    /** The path of a field; null when it is none, which is told. */
    @Nullable
    FieldPath fieldPath(List<Token> segments) {
        for (Token segment : segments) {
            if (segment.value().length() >= 4
                    && segment.value().startsWith("__")
                    && segment.value().endsWith("__")) {
                told.mistake(
                        segment.at(),
                        "`" + segment.value() + "` is reserved by Firestore",
                        segment.value().equals("__name__")
                                ? "compare the path's variable for the document's id"
                                : null);
                return null;
            }
        }
        return new FieldPath(segments.stream().map(Token::value).toList());
    }

    private Part caller(Token name, List<Token> segments) {
        Token attribute = segments.get(0);
        Part.Broken broken = new Part.Broken(name.at());
        if (attribute.isWord("claims")) {
            if (segments.size() != 2) {
                told.mistake(
                        name.at(),
                        segments.size() == 1 ? "`caller.claims` alone" : "a claim has no members",
                        segments.size() == 1
                                ? "name a claim: caller.claims.name"
                                : "quote a claim's name with dots: caller.claims.`a.b`");
                return broken;
            }
            String claim = segments.get(1).value();
            mentions.add(new Mention.OfClaim(claim, name.at()));
            return new Part.Single(new Operand.Claim(claim), name.at());
        }
        if (segments.size() > 1) {
            told.mistake(segments.get(1).at(), "`caller." + attribute.value() + "` has no members", null);
            return broken;
        }
        return switch (attribute.value()) {
            case "oid" -> new Part.Single(new Operand.Caller(Operand.Attribute.OID), name.at());
            case "tenant" -> new Part.Single(new Operand.Caller(Operand.Attribute.TENANT), name.at());
            case "app" -> new Part.Single(new Operand.Caller(Operand.Attribute.APP), name.at());
            case "agent" -> new Part.Single(new Operand.Caller(Operand.Attribute.AGENT), name.at());
            case "groups", "roles" -> {
                told.mistake(
                        attribute.at(),
                        "`caller." + attribute.value() + "`: a condition does not see them",
                        "bind them in `bindings` and give a `grant` that the condition uses");
                yield broken;
            }
            default -> {
                unknown(attribute, "the caller has no attribute `" + attribute.value() + "`", ATTRIBUTES);
                yield broken;
            }
        };
    }

    private Part grant(Token name, List<Token> segments) {
        if (segments.size() > 1) {
            told.mistake(segments.get(1).at(), "a grant has no members", "a grant is a set: in grant.name");
            return new Part.Broken(name.at());
        }
        String grant = segments.get(0).value();
        mentions.add(new Mention.OfGrant(grant, name.at(), inPath));
        return new Part.GrantSet(grant, name.at());
    }
}
