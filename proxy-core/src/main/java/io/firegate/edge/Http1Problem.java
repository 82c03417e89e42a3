package io.firegate.edge;

/**
 * Why an HTTP/1.1 request is not read on: a closed vocabulary, safe to show to anyone. Each ends the connection, because where the
 * next request would begin is not known.
 */
enum Http1Problem {
    REQUEST_LINE(400, "the request line must be a method, a path and HTTP/1.1, with one space between them"),
    TARGET(400, "the request target must begin with a slash and hold no fragment: only origin-form is taken"),
    TARGET_TOO_LONG(414, "the request target is longer than targetBytes"),
    VERSION(505, "only HTTP/1.1 and HTTP/2 are spoken here"),
    LINE_END(400, "a line of the head must end with CR LF, and neither may stand alone"),
    BYTE(400, "control characters and bytes beyond ASCII must not stand in the head"),
    FOLDED(400, "a header must not be continued on the next line"),
    FIELD_NAME(400, "a header must have a name that is a token, with the colon right behind it"),
    HOST(400, "exactly one Host header must be sent"),
    LENGTH(400, "Content-Length must be sent once at most, as one decimal number"),
    ENCODING(400, "Transfer-Encoding must be chunked, sent once at most"),
    LENGTH_AND_ENCODING(400, "Content-Length and Transfer-Encoding must not be sent together"),
    CHUNK(400, "a chunk must be its size in up to 8 hexadecimal digits, CR LF, its bytes, CR LF; no extensions"),
    TRAILERS(400, "trailers are not taken"),
    UPGRADE(400, "upgrades are not taken: use HTTP/1.1 as it is, or HTTP/2 with prior knowledge or by ALPN"),
    EXPECTATION(417, "the only expectation met is 100-continue"),
    HEAD_TOO_LARGE(431, "the head of the request is larger than headerBlockBytes"),
    TOO_MANY_FIELDS(431, "the request has more headers than headerCount"),
    HEAD_TOO_SLOW(408, "the head of the request did not arrive within headerReadMillis");

    private final int status;
    private final String sentence;

    Http1Problem(int status, String sentence) {
        this.status = status;
        this.sentence = sentence;
    }

    /** The whole response, which says that the connection ends. */
    byte[] answer() {
        return PlainAnswer.http1(status, sentence);
    }
}
