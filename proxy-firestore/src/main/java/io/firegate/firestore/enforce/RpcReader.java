package io.firegate.firestore.enforce;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.firegate.firestore.wire.MessageSchema;
import java.util.Set;

/** One governed RPC: what its request may hold and what it wants. Stateless but for the names it remembers; safe for any thread. */
abstract sealed class RpcReader
        permits GetDocumentReader,
                ListDocumentsReader,
                CreateDocumentReader,
                UpdateDocumentReader,
                DeleteDocumentReader,
                BatchGetDocumentsReader,
                BeginTransactionReader,
                CommitReader,
                RollbackReader,
                RunQueryReader,
                RunAggregationQueryReader,
                PartitionQueryReader,
                ListCollectionIdsReader,
                BatchWriteReader {
    private final MessageSchema schema;
    private final Parser<? extends MessageLite> parser;

    RpcReader(MessageSchema schema, Parser<? extends MessageLite> parser) {
        this.schema = schema;
        this.parser = parser;
    }

    /** What the request may hold. */
    MessageSchema schema() {
        return schema;
    }

    /** The decoder that settles what an ambiguous request says: protobuf's own rules, last wins and submessages merge. */
    Parser<? extends MessageLite> parser() {
        return parser;
    }

    /** The demands of a permit that its plan carries out; a permit with others cannot be used for this method. */
    Set<Demand> meets() {
        return Set.of();
    }

    /** What the request wants, or why that cannot be said. Reads every field that names a path. */
    abstract Reading read(RequestMessage request);
}
