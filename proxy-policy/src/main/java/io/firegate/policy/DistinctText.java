package io.firegate.policy;

import io.firegate.policy.condition.FieldPath;
import io.firegate.policy.condition.PolicyValue;
import io.firegate.policy.condition.RowPredicate;
import java.util.Base64;
import java.util.List;

/**
 * Writes obligations so that two texts are equal only when what is demanded is: every text stands behind its length, and every list
 * behind its size.
 */
final class DistinctText {
    private final StringBuilder out = new StringBuilder();

    private DistinctText() {}

    static String of(Obligations obligations) {
        DistinctText text = new DistinctText();
        // Each new kind of obligation breaks the compile here.
        if (obligations instanceof Obligations(var rows, var fields, var write, var check)) {
            text.rows(rows);
            text.fields(fields);
            text.write(write);
            if (check != Obligations.WriteCheck.NoCheck.INSTANCE) {
                throw new IllegalArgumentException("handles are of reads, and a check is of writes");
            }
        }
        return text.out.toString();
    }

    private void rows(Obligations.RowFilter rows) {
        switch (rows) {
            case Obligations.RowFilter.AllRows.INSTANCE -> out.append('*');
            case Obligations.RowFilter.Rows(var predicate) -> predicate(predicate);
        }
    }

    private void fields(Obligations.FieldMask mask) {
        switch (mask) {
            case Obligations.FieldMask.AllFields.INSTANCE -> out.append('*');
            case Obligations.FieldMask.Hidden(var paths) -> paths("hide", paths);
            case Obligations.FieldMask.Shown(var paths) -> paths("show", paths);
        }
    }

    private void write(Obligations.WriteGuard guard) {
        switch (guard) {
            case Obligations.WriteGuard.NoGuard.INSTANCE -> out.append('*');
            case Obligations.WriteGuard.Readonly(var paths) -> paths("readonly", paths);
        }
    }

    private void paths(String kind, List<FieldPath> paths) {
        size(kind, paths);
        paths.forEach(this::path);
    }

    private void path(FieldPath path) {
        size("path", path.segments());
        path.segments().forEach(this::text);
    }

    private void text(String value) {
        out.append(value.length()).append(':').append(value);
    }

    private void size(String kind, List<?> list) {
        out.append(kind).append('#').append(list.size()).append(' ');
    }

    private void predicate(RowPredicate predicate) {
        switch (predicate) {
            case RowPredicate.Const(boolean value) -> out.append(value ? 'T' : 'F');
            case RowPredicate.And(var parts) -> {
                size("and", parts);
                parts.forEach(this::predicate);
            }
            case RowPredicate.Or(var parts) -> {
                size("or", parts);
                parts.forEach(this::predicate);
            }
            case RowPredicate.Not(var part) -> {
                out.append("not ");
                predicate(part);
            }
            case RowPredicate.Compare(var field, var comparison, var value) -> {
                out.append(comparison).append(' ');
                path(field);
                value(value);
            }
            case RowPredicate.CompareFields(var left, var comparison, var right) -> {
                out.append("fields ").append(comparison).append(' ');
                path(left);
                path(right);
            }
            case RowPredicate.In(var field, var values) -> {
                size("in", values);
                path(field);
                values.forEach(this::value);
            }
            case RowPredicate.Contains(var array, var member) -> {
                out.append("contains ");
                path(array);
                value(member);
            }
            case RowPredicate.ContainsField(var array, var member) -> {
                out.append("containsField ");
                path(array);
                path(member);
            }
            case RowPredicate.IsNull(var field) -> {
                out.append("null ");
                path(field);
            }
            case RowPredicate.IdIn(var ids) -> {
                size("ids", ids);
                ids.forEach(this::text);
            }
            case RowPredicate.Open(var variable) -> {
                out.append("open ");
                text(variable);
            }
            case RowPredicate.Awaits(var clause, var documents) -> {
                size("awaits", documents);
                documents.forEach(this::text);
                text(clause.describe());
            }
        }
    }

    private void value(PolicyValue value) {
        switch (value) {
            case PolicyValue.Null.NULL -> out.append('N');
            case PolicyValue.Bool(boolean bool) -> out.append(bool ? 'y' : 'n');
            case PolicyValue.Int(long number) -> out.append('i').append(number).append(' ');
            case PolicyValue.Real(double number) ->
                out.append('d').append(Double.doubleToRawLongBits(number)).append(' ');
            case PolicyValue.Time(long seconds, int nanos) ->
                out.append('t').append(seconds).append('.').append(nanos).append(' ');
            case PolicyValue.Text(var text) -> {
                out.append('s');
                text(text);
            }
            case PolicyValue.Bytes bytes -> {
                out.append('b');
                text(Base64.getEncoder().encodeToString(bytes.value()));
            }
            case PolicyValue.Reference(var name) -> {
                out.append('r');
                text(name);
            }
            case PolicyValue.Point(double latitude, double longitude) ->
                out.append('p')
                        .append(Double.doubleToRawLongBits(latitude))
                        .append(' ')
                        .append(Double.doubleToRawLongBits(longitude))
                        .append(' ');
            case PolicyValue.Array(var elements) -> {
                size("array", elements);
                elements.forEach(this::value);
            }
            case PolicyValue.Vector(var elements) -> {
                size("vector", elements);
                elements.forEach(element ->
                        out.append(Double.doubleToRawLongBits(element)).append(' '));
            }
            case PolicyValue.Fields fields -> {
                size("map", List.copyOf(fields.values()));
                fields.forEach((key, each) -> {
                    text(key);
                    value(each);
                });
            }
        }
    }
}
