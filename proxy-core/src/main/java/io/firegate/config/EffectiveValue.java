package io.firegate.config;

/**
 * One setting as it is in force.
 *
 * @param path the key's path, {@code listeners.0.address}
 * @param value as YAML would write it; {@code (not set)} for one that may be absent and is
 * @param origin where it came from
 */
public record EffectiveValue(String path, String value, Origin origin) {}
