package io.firegate.e2e.conformance;

import com.google.gson.JsonObject;

/**
 * A bare client over gRPC, or over REST where a message has a form there: one attempt for each call, no defaults. Blocks the calling
 * thread.
 */
public final class Wire implements AutoCloseable {
    private final GrpcCaller grpc;
    private final RestCaller rest;

    /** A client of what listens at {@code host:port}. */
    public Wire(String address, String token, String database) {
        grpc = new GrpcCaller(address, token, database);
        rest = new RestCaller(address, token);
    }

    /**
     * Makes a call.
     *
     * @param overRest whether it may go over REST
     * @param message in proto JSON
     */
    public Answer call(boolean overRest, String rpc, JsonObject message) {
        return overRest && RestCall.of(rpc, message).isPresent() ? rest.call(rpc, message) : grpc.call(rpc, message);
    }

    @Override
    public void close() {
        grpc.close();
        rest.close();
    }
}
