package io.firegate.firestore.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.firestore.v1.Document;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firegate.firestore.rows.DocumentBytes;
import io.firegate.firestore.rows.StoredDocument;
import io.firegate.firestore.wire.AnswerSchema;
import io.firegate.policy.Obligations.FieldMask;
import io.firegate.policy.condition.FieldPath;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents cut in their bytes beside documents that are parsed, cut as messages and written again. */
class CutDocumentsPropertyTest {
    private static final int DOCUMENTS = Integer.getInteger("cut.documents", 3_000);
    private static final AnswerSchema DOCUMENT = new AnswerSchema(Document.getDefaultInstance());

    /** From documents with an accident in nearly every one to such without any. */
    @ParameterizedTest
    @ValueSource(ints = {40, 400, 4_000, Integer.MAX_VALUE})
    void bytesSayWhatMessagesSay(int distortedOneIn) throws InvalidProtocolBufferException {
        Random random = new Random(distortedOneIn);
        WireDocuments documents = new WireDocuments(random, distortedOneIn);
        int clear = 0;
        int none = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            byte[] bytes = documents.next();
            List<FieldPath> paths = documents.paths();
            String given = HexFormat.of().formatHex(bytes) + ", " + paths;

            Document parsed = ParsedDocuments.parsed(bytes);
            DocumentBytes read = DocumentBytes.of(bytes);
            if (parsed == null || read == null) {
                assertThat(read == null).as(given).isEqualTo(parsed == null);
                none++;
                continue;
            }
            clear += DOCUMENT.readAsItIs(bytes) == null ? 0 : 1;
            assertThat(Document.parseFrom(
                            VisibleFields.of(new FieldMask.Hidden(paths)).redact(read)))
                    .as("without %s", given)
                    .isEqualTo(ParsedDocuments.without(parsed, paths));
            assertThat(Document.parseFrom(VisibleFields.only(paths).redact(read)))
                    .as("only %s", given)
                    .isEqualTo(ParsedDocuments.only(parsed, paths));
            assertThat(Document.parseFrom(VisibleFields.ALL.redact(read)))
                    .as("all of %s", given)
                    .isEqualTo(parsed);
            assertSameToConditions(read, new StoredDocument(parsed), paths, given);
        }
        // A generator that makes nothing but one kind tests nothing but one kind.
        assertThat(clear)
                .isBetween(
                        distortedOneIn == Integer.MAX_VALUE ? DOCUMENTS : DOCUMENTS / 20,
                        distortedOneIn < 4_000 ? DOCUMENTS - DOCUMENTS / 20 : DOCUMENTS);
        assertThat(none).isLessThan(DOCUMENTS - DOCUMENTS / 20);
    }

    private static void assertSameToConditions(
            DocumentBytes read, StoredDocument stored, List<FieldPath> paths, String given) {
        assertThat(read.id()).as(given).isEqualTo(stored.id());
        for (FieldPath path : paths) {
            assertThat(read.value(path)).as("%s of %s", path, given).isEqualTo(stored.value(path));
        }
    }

    /** Two masks one after the other are one: what a client asks for, cut out of what it may see. */
    @ParameterizedTest
    @ValueSource(ints = Integer.MAX_VALUE)
    void whatIsVisibleInBothIsWhatEachLeaves(int distortedOneIn) throws InvalidProtocolBufferException {
        WireDocuments documents = new WireDocuments(new Random(3), distortedOneIn);
        for (int i = 0; i < DOCUMENTS; i++) {
            byte[] bytes = documents.next();
            List<FieldPath> wanted = documents.paths();
            List<FieldPath> hidden = documents.paths();
            DocumentBytes read = DocumentBytes.of(bytes);
            Document parsed = ParsedDocuments.parsed(bytes);
            if (read == null || parsed == null) {
                throw new AssertionError("no document");
            }
            VisibleFields first = VisibleFields.only(wanted);
            VisibleFields second = VisibleFields.of(new FieldMask.Hidden(hidden));
            Document left = ParsedDocuments.without(ParsedDocuments.only(parsed, wanted), hidden);
            for (VisibleFields both : List.of(first.and(second), second.and(first))) {
                assertThat(Document.parseFrom(both.redact(read)))
                        .as("%s, wanted %s, hidden %s", HexFormat.of().formatHex(bytes), wanted, hidden)
                        .isEqualTo(left);
            }
        }
    }
}
