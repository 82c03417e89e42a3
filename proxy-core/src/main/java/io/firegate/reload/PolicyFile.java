package io.firegate.reload;

/**
 * One policy file as it was read.
 *
 * @param name its path below the policy directory, with {@code /}; the same on every machine, so that a snapshot's name is too
 * @param bytes its content; not copied, nobody writes to it
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared or printed: carried from the disk to the compiler.
public record PolicyFile(String name, byte[] bytes) {}
