package io.firegate.firestore.rest;

/**
 * Why a REST request is refused before it is a message: a closed vocabulary, safe to show to the caller. All of them are
 * {@code INVALID_ARGUMENT}, HTTP 400: the same request never works.
 */
public enum RestProblem {
    /** A character that may stand in a URL only percent-encoded. */
    BAD_CHARACTER("this character must be percent-encoded in a URL"),
    /** A {@code %} that two hexadecimal digits do not follow. */
    BAD_ESCAPE("not a percent escape: % and two hexadecimal digits"),
    /** Escapes that are not UTF-8. */
    NOT_UTF8("not valid UTF-8"),
    /** Two slashes, or one at the end: to Firestore that means every collection. */
    EMPTY_SEGMENT("an empty path segment, or a slash at the end"),
    /** {@code .} or {@code ..}, however written. */
    DOT_SEGMENT("a path segment must not be . or .."),
    /** An id with a slash in it would be another path to whoever decodes it later. */
    SLASH_OR_NUL("a path segment must not hold an encoded slash or NUL"),
    /** A plus sign in the query string, which some decoders read as a space. */
    PLUS_SIGN("a plus sign in a query string is read as a plus by some and as a space by others; write %2B or %20"),

    /** A query parameter nobody has judged. */
    UNKNOWN_PARAMETER("no query parameter of this method"),
    /** A parameter twice, or under both of its names. */
    REPEATED_PARAMETER("this query parameter is given twice"),
    /** A request field as a query parameter, where the body is the whole request. */
    PARAMETER_IN_BODY("this field belongs in the JSON body, not in the query string"),
    /** A field that the path already says. */
    PARAMETER_IN_PATH("this field is in the path and must not be in the query string too"),
    /** A form of answer other than JSON. */
    ALT("answers are JSON only; send alt=json or leave it out"),
    /** Partial responses, which would need a second kind of mask. */
    FIELDS("partial responses are not supported; use mask.fieldPaths or a query's select"),
    /** A credential in a URL, where logs keep it. */
    TOKEN_PARAMETER("a token must be in the Authorization header, never in a URL"),
    /** JSONP or a tunnelled method: ways around what was judged. */
    TUNNEL("callbacks and method overrides are not supported"),
    /** A system parameter with a value it cannot have. */
    SYSTEM_PARAMETER_VALUE("not a value of this parameter"),

    /** A body where the method has none. */
    UNEXPECTED_BODY("this method takes no body"),
    /** A byte order mark, UTF-16, UTF-32, or broken UTF-8. */
    BODY_ENCODING("the body must be UTF-8 without a byte order mark"),
    /** Not one JSON value. */
    NOT_JSON("the body is not one valid JSON object"),
    /** Nested beyond {@link JsonReader#DEPTH_MAX}. */
    TOO_DEEP("the JSON is nested too deeply"),
    /** A number or a name beyond any Firestore takes. */
    TOO_LONG("a number or a name in the JSON is too long"),
    /** A key this message does not have. */
    UNKNOWN_FIELD("the message has no such field, and firegate forwards nothing it has not judged"),
    /** A key twice, or in camelCase and in snake_case. */
    REPEATED_FIELD("this field is given twice"),
    /** Two members of a oneof. */
    SEVERAL_OF_ONE("only one of these alternative fields may be set"),
    /** A field of the path, with another value. */
    DIFFERS_FROM_PATH("this field is in the path, with another value"),
    /** A JSON null as element of an array or value of a map. */
    NULL_ELEMENT("null cannot stand in a list or a map"),
    /** A string where an object is expected, and so on. */
    WRONG_TYPE("not the JSON type of this field"),
    /** An escaped half of a surrogate pair. */
    LONE_SURROGATE("half of a surrogate pair is not text"),
    /** Not an integer, or wider than the field. */
    BAD_INTEGER("not an integer of this field's range"),
    /** Not a number, or beyond a double. */
    BAD_NUMBER("not a number a double can hold"),
    /** Neither true nor false. */
    BAD_BOOLEAN("not true or false"),
    /** Not RFC 3339, or outside of the years 1 to 9999. */
    BAD_TIMESTAMP("not a timestamp such as 2026-01-31T12:00:00.5Z, with at most 9 digits of fraction"),
    /** Not base64. */
    BAD_BASE64("not base64"),
    /** A name or number the enum does not have. */
    BAD_ENUM("not a value of this enum");

    private final String sentence;

    RestProblem(String sentence) {
        this.sentence = sentence;
    }

    /** One public sentence, lower case, without a full stop. */
    public String sentence() {
        return sentence;
    }
}
