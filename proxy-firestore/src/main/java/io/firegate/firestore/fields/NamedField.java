package io.firegate.firestore.fields;

/**
 * A field that a request names and may not.
 *
 * @param place where in the request, as protobuf writes it ({@code structured_query.order_by[0].field.field_path}); never a value
 * @param path the field, as the client wrote it. For the client only
 */
public record NamedField(String place, String path) {
    private static final int PATH_CHARS_MAX = 100;

    /** For whoever sent the request: the place, and the path unless it is too long for a status. */
    public String words() {
        return path.length() <= PATH_CHARS_MAX ? place + " is " + path : place;
    }

    /** The same in a message that holds the one its place is in. */
    NamedField below(String above) {
        return new NamedField(above + place, path);
    }

    /** Without the path: the names of a map may be somebody's data. */
    @Override
    public String toString() {
        return "NamedField[" + place + "]";
    }
}
