package io.firegate.firestore.rest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Pieces of a URL (RFC 3986): checked and percent-decoded exactly once. */
final class UrlText {
    /** What may stand unencoded in a segment besides letters and digits: {@code pchar} of RFC 3986. */
    private static final String SEGMENT = "-._~!$&'()*+,;=:@";
    /** The same in the name or value of a query parameter. */
    private static final String QUERY = "-._~!$'()*+,;=:@/?";

    private UrlText() {}

    /** One path segment, as the id it means. */
    static String segment(String raw) throws Refusal {
        if (raw.isEmpty()) {
            throw new Refusal(RestProblem.EMPTY_SEGMENT);
        }
        String text = decode(raw, SEGMENT);
        if (text.equals(".") || text.equals("..")) {
            throw new Refusal(RestProblem.DOT_SEGMENT);
        }
        if (text.indexOf('/') >= 0 || text.indexOf('\0') >= 0) {
            throw new Refusal(RestProblem.SLASH_OR_NUL);
        }
        return text;
    }

    /** The name or the value of a query parameter. */
    static String parameter(String raw) throws Refusal {
        if (raw.indexOf('+') >= 0) {
            throw new Refusal(RestProblem.PLUS_SIGN);
        }
        return decode(raw, QUERY);
    }

    private static String decode(String raw, String allowed) throws Refusal {
        byte[] bytes = new byte[raw.length()];
        int length = 0;
        boolean ascii = true;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                if (i + 2 >= raw.length()) {
                    throw new Refusal(RestProblem.BAD_ESCAPE);
                }
                int value = hex(raw.charAt(i + 1)) << 4 | hex(raw.charAt(i + 2));
                if (value < 0) {
                    throw new Refusal(RestProblem.BAD_ESCAPE);
                }
                bytes[length++] = (byte) value;
                ascii &= value < 0x80;
                i += 2;
            } else if (isAllowed(c, allowed)) {
                bytes[length++] = (byte) c;
            } else {
                throw new Refusal(RestProblem.BAD_CHARACTER);
            }
        }
        if (ascii) {
            return new String(bytes, 0, length, StandardCharsets.US_ASCII);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Arrays.copyOf(bytes, length)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Refusal(RestProblem.NOT_UTF8);
        }
    }

    private static boolean isAllowed(char c, String allowed) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || allowed.indexOf(c) >= 0;
    }

    /** The value of a hexadecimal digit, negative for anything else. */
    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }
}
