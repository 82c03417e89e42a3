package io.firegate.edge;

/** One client's connection, as far as whoever stops the gateway is concerned. */
interface OpenConnection {
    /** Takes no new requests, and ends when the running ones have. From any thread. */
    void drainSoon();
}
