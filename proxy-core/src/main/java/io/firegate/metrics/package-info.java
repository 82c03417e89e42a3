/**
 * What is counted and how it is shown to Prometheus.
 *
 * <p>May depend on every package that says how it is doing; knows neither Netty nor the exchange. What runs for each request is
 * {@link io.firegate.metrics.ExchangeCounters}; everything else is read when somebody asks.
 */
@NullMarked
package io.firegate.metrics;

import org.jspecify.annotations.NullMarked;
