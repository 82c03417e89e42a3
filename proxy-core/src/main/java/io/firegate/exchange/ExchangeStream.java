package io.firegate.exchange;

import io.firegate.audit.OutcomeLine;
import io.firegate.error.Failure;
import io.firegate.error.Failures;
import io.firegate.error.GrpcStatus;
import io.firegate.firestore.enforce.RequestProblem;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.function.Function;

/** The client's side of an exchange whose messages flow both ways. Belongs to the event loop of its exchange. */
final class ExchangeStream implements StreamedCall.Owner, ClientMessages.Receiver {
    private final ExchangeServices services;
    private final Responder responder;
    private final ExchangeRecord record;
    private final Exchange exchange;
    private final ClientMessages messages;
    private final StreamedCall call;

    /**
     * A stream from which nothing has been read yet.
     *
     * @param calls makes what is done with it
     */
    ExchangeStream(
            ExchangeServices services,
            Responder responder,
            ExchangeRecord record,
            Exchange exchange,
            Function<StreamedCall.Owner, StreamedCall> calls) {
        this.services = services;
        this.responder = responder;
        this.record = record;
        this.exchange = exchange;
        this.messages = new ClientMessages(services.requestBytesMax(), services.bodyBudget(), this);
        this.call = calls.apply(this);
    }

    /** A piece of what the client sends. Does not take over the reference. */
    void data(ByteBuf data, boolean last) {
        messages.data(data, last);
    }

    void look() {
        call.look();
    }

    void drain() {
        call.drain();
    }

    /** The exchange has ended. */
    void drop() {
        messages.release();
        call.drop();
    }

    @Override
    public void message(byte[] message) {
        record.received(message.length);
        call.message(message);
    }

    @Override
    public void ended() {
        call.halfClosed();
    }

    @Override
    public void broken(MessageAssembler.Trouble trouble) {
        Failure failure = switch (trouble) {
            case BROKEN -> Failures.of(RequestProblem.BAD_FRAME, null);
            case TOO_LONG -> services.tooLarge();
            case NO_BUDGET -> services.noBodyBudget();
        };
        record.refused(failure);
        fail(failure);
    }

    @Override
    public void received(int bytes) {
        responder.received(bytes);
    }

    @Override
    public boolean isOver() {
        return exchange.isOver();
    }

    @Override
    public void next() {
        messages.next();
    }

    @Override
    public void send(byte[] message, AnswerCredit credit) {
        if (!isOver()) {
            responder.start();
            int sent = responder.message(message, credit);
            credit.queued(sent);
            record.answered(sent);
        }
    }

    @Override
    public void end() {
        if (isOver()) {
            return;
        }
        responder.start();
        exchange.leave();
        record.ended(GrpcStatus.OK, OutcomeLine.Source.FIREGATE, OutcomeLine.End.COMPLETE, 0);
        responder.end(GrpcEnd.GOOD);
    }

    @Override
    public void end(GrpcStatus status, Http2Headers trailers) {
        if (isOver()) {
            return;
        }
        exchange.leave();
        record.ended(status, OutcomeLine.Source.UPSTREAM, OutcomeLine.End.COMPLETE, 0);
        responder.end(trailers);
    }

    @Override
    public void fail(Failure failure) {
        if (!isOver()) {
            exchange.close(failure);
        }
    }

    @Override
    public ExchangeRecord record() {
        return record;
    }

    @Override
    public ExchangeRecord another() {
        return services.another(record);
    }
}
