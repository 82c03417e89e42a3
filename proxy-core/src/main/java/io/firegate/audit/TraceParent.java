package io.firegate.audit;

import org.jspecify.annotations.Nullable;

/** The {@code traceparent} header of W3C Trace Context. */
public final class TraceParent {
    private static final int VERSION_00_LENGTH = 55;
    private static final int TRACE_START = 3;
    private static final int TRACE_END = 35;
    private static final int PARENT_END = 52;

    private TraceParent() {}

    /**
     * The trace id of a header value, 32 lower-case hexadecimal digits; null when the value is absent or not valid by W3C Trace
     * Context section 3.2. A version that does not exist yet is read as the specification asks: like version 00, and what follows
     * must start with a dash.
     */
    public static @Nullable String traceId(@Nullable CharSequence header) {
        if (header == null || header.length() < VERSION_00_LENGTH) {
            return null;
        }
        boolean dashes = header.charAt(2) == '-' && header.charAt(TRACE_END) == '-' && header.charAt(PARENT_END) == '-';
        if (!dashes
                || !isHex(header, 0, 2)
                || !isHex(header, TRACE_START, TRACE_END)
                || !isHex(header, TRACE_END + 1, PARENT_END)
                || !isHex(header, PARENT_END + 1, VERSION_00_LENGTH)) {
            return null;
        }
        boolean version00 = header.charAt(0) == '0' && header.charAt(1) == '0';
        boolean versionFf = header.charAt(0) == 'f' && header.charAt(1) == 'f';
        boolean longer = header.length() > VERSION_00_LENGTH;
        if (versionFf || (longer && (version00 || header.charAt(VERSION_00_LENGTH) != '-'))) {
            return null;
        }
        if (isZero(header, TRACE_START, TRACE_END) || isZero(header, TRACE_END + 1, PARENT_END)) {
            return null;
        }
        return header.subSequence(TRACE_START, TRACE_END).toString();
    }

    /**
     * A header value as it is passed on: what version 00 knows, as version 00; null when it is absent or not valid. What a later
     * version adds would be any text the client likes, and W3C Trace Context section 3.2.4 asks who does not know it to leave it out.
     */
    public static @Nullable String passedOn(@Nullable CharSequence header) {
        return header == null || traceId(header) == null ? null : "00" + header.subSequence(2, VERSION_00_LENGTH);
    }

    private static boolean isHex(CharSequence text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(CharSequence text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }
}
