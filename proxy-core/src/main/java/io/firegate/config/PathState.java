package io.firegate.config;

/** What is at a path, as far as this process may see. */
public enum PathState {
    /** Nothing. */
    MISSING,
    /** A file, or something else one can read from, that this process may read. */
    FILE,
    /** A directory this process may list. */
    DIRECTORY,
    /** Something this process may not read. */
    UNREADABLE
}
