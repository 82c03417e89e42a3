package io.firegate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Two connections that get the same header blocks: one by Netty alone, one by {@link LongStrings}. Whatever comes, both say the same. */
final class DecoderPair {
    private static final int STREAM = 3;

    /** How a block lies in memory. */
    enum Memory {
        HEAP {
            @Override
            ByteBuf holding(byte[] block) {
                return Unpooled.copiedBuffer(block);
            }
        },
        DIRECT {
            @Override
            ByteBuf holding(byte[] block) {
                return Unpooled.directBuffer(block.length).writeBytes(block);
            }
        },
        /** As the frame reader cuts it out of what was read. */
        SLICE {
            @Override
            ByteBuf holding(byte[] block) {
                ByteBuf frames = Unpooled.directBuffer().writeZero(9).writeBytes(block);
                ByteBuf slice = frames.writeZero(9).retainedSlice(9, block.length);
                frames.release();
                return slice;
            }
        },
        READ_IN_PART {
            @Override
            ByteBuf holding(byte[] block) {
                return Unpooled.buffer().writeZero(5).writeBytes(block).skipBytes(5);
            }
        },
        COMPOSITE {
            @Override
            ByteBuf holding(byte[] block) {
                CompositeByteBuf pieces = Unpooled.compositeBuffer(block.length + 1);
                int piece = Math.max(1, block.length / 7);
                for (int at = 0; at < block.length; at += piece) {
                    pieces.addComponent(true, Unpooled.copiedBuffer(block, at, Math.min(piece, block.length - at)));
                }
                return pieces;
            }
        };

        abstract ByteBuf holding(byte[] block);
    }

    /** What became of a block: its headers or the error, in words that are equal when the outcome is. */
    record Outcome(List<String> headers, @Nullable String error, boolean connectionEnds) {}

    /** Netty's decoder, which shows what it was given. */
    private static final class Judge extends DefaultHttp2HeadersDecoder {
        private byte[] given = {};

        Judge(boolean validate, long listBytes) {
            super(validate, listBytes);
        }

        @Override
        public Http2Headers decodeHeaders(int streamId, ByteBuf block) throws Http2Exception {
            given = ByteBufUtil.getBytes(block);
            return super.decodeHeaders(streamId, block);
        }
    }

    private final Http2HeadersDecoder alone;
    private final Judge judge;
    private final Http2HeadersDecoder longStrings;
    private boolean rewritten;

    DecoderPair(boolean validate, long listBytes) {
        alone = new DefaultHttp2HeadersDecoder(validate, listBytes);
        judge = new Judge(validate, listBytes);
        longStrings = new LongStrings(judge);
    }

    /** Both connections have told their client to keep a smaller table. */
    void tableBytes(long max) throws Http2Exception {
        alone.configuration().maxHeaderTableSize(max);
        longStrings.configuration().maxHeaderTableSize(max);
    }

    /** Whether Netty was given something else than the last block. */
    boolean rewritten() {
        return rewritten;
    }

    /** Gives both a block, and demands that they say the same of it. */
    Outcome decode(byte[] block, Memory memory) {
        Outcome expected = outcome(alone, block, memory);
        Outcome actual = outcome(longStrings, block, memory);
        assertThat(actual).isEqualTo(expected);
        assertThat(longStrings.configuration().maxHeaderTableSize())
                .isEqualTo(alone.configuration().maxHeaderTableSize());
        rewritten = !java.util.Arrays.equals(judge.given, block);
        return actual;
    }

    private static Outcome outcome(Http2HeadersDecoder decoder, byte[] block, Memory memory) {
        ByteBuf buffer = memory.holding(block);
        int start = buffer.readerIndex();
        int end = buffer.writerIndex();
        try {
            List<String> headers = new ArrayList<>();
            for (Map.Entry<CharSequence, CharSequence> header : decoder.decodeHeaders(STREAM, buffer)) {
                headers.add(header.getKey() + ": " + header.getValue());
            }
            assertThat(buffer.isReadable()).as("all of the block is read").isFalse();
            return new Outcome(headers, null, false);
        } catch (Http2Exception e) {
            boolean stream = Http2Exception.isStreamError(e);
            // The message of a block that ends too early names the buffer.
            String message = String.valueOf(e.getMessage()).replaceAll("! .*", "!");
            String error = String.join(
                    " ", e.error().name(), e.shutdownHint().name(), stream ? "stream" : "connection", message);
            return new Outcome(List.of(), error, !stream);
        } finally {
            assertThat(buffer.refCnt()).as("the reader's to release").isOne();
            assertThat(buffer.writerIndex()).isEqualTo(end);
            assertThat(ByteBufUtil.getBytes(buffer, start, end - start, false))
                    .as("the reader's bytes")
                    .isEqualTo(block);
            buffer.release();
        }
    }
}
