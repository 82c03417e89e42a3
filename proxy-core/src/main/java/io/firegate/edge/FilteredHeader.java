package io.firegate.edge;

import io.firegate.exchange.Filtered;
import io.netty.util.AsciiString;

/** {@code x-firegate-filtered}: says that rules limit what is answered, and never what or how much they took out. */
final class FilteredHeader {
    static final AsciiString NAME = AsciiString.cached("x-firegate-filtered");

    private static final AsciiString ROWS = AsciiString.cached("rows");
    private static final AsciiString FIELDS = AsciiString.cached("fields");
    private static final AsciiString BOTH = AsciiString.cached("rows, fields");

    private FilteredHeader() {}

    /** What it says; empty where there is nothing to say, and then it is left out. */
    static AsciiString value(Filtered filtered) {
        return switch (filtered) {
            case NOT -> AsciiString.EMPTY_STRING;
            case ROWS -> ROWS;
            case FIELDS -> FIELDS;
            case ROWS_AND_FIELDS -> BOTH;
        };
    }
}
